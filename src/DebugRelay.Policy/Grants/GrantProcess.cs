using System.Text.Json;
using DebugRelay.Policy.Json;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Grants;

/// <summary>A process that a grant is for: one that runs, by pid and start time, or whichever bears a name under a user.</summary>
public sealed record GrantProcess
{
    private GrantProcess()
    {
    }

    /// <summary>The process id; null where it is named.</summary>
    public int? Pid { get; private init; }

    /// <summary>The start time in clock ticks since boot; null where it is named.</summary>
    public ulong? StartTime { get; private init; }

    /// <summary>The process's name, exactly; null where it is numbered.</summary>
    public string? Name { get; private init; }

    /// <summary>The name of the user who runs it, exactly; null where it is numbered.</summary>
    public string? User { get; private init; }

    /// <summary>One process, and none that later gets its number.</summary>
    public static GrantProcess One(int pid, ulong startTime) => new() { Pid = pid, StartTime = startTime };

    /// <summary>Every process of this name under this user, also after a restart.</summary>
    public static GrantProcess Named(string name, string user) => new() { Name = name, User = user };

    /// <summary>Whether the grant is for this process. What is not known of it matches nothing.</summary>
    public bool Matches(AccessTarget target) => Pid is not null
        ? target.Pid == Pid && target.StartTime is { } started && started == StartTime
        : target.Name == Name && target.User == User;

    /// <inheritdoc/>
    public override string ToString() => Pid is { } pid ? $"pid {pid} started at {StartTime}" : $"{Name} of user {User}";

    internal static GrantProcess Read(StrictValue value)
    {
        ObjectReader reader = value.AsObject();
        GrantProcess process = reader.Optional("pid") is { } pid
            ? One(pid.AsInteger(1, int.MaxValue), reader.Required("startTime").AsUnsigned(0, Limits.RequestNumber))
            : Named(reader.Required("name").AsText(Limits.NameCharacters), reader.Required("user").AsText(Limits.NameCharacters));
        reader.End();
        return process;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (Pid is { } pid)
        {
            writer.WriteNumber("pid", pid);
            writer.WriteNumber("startTime", StartTime.GetValueOrDefault());
        }
        SignedFields.WriteOptional(writer, "name", Name);
        SignedFields.WriteOptional(writer, "user", User);
        writer.WriteEndObject();
    }
}
