using System.Globalization;
using System.Text.Json;
using DebugRelay.Policy.Json;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Proofs;

/// <summary>What an event-pipe session collects.</summary>
public sealed record EventPipeParameters
{
    /// <summary>1 to <see cref="Limits.Providers"/> providers.</summary>
    public required IReadOnlyList<EventProvider> Providers { get; init; }

    /// <summary>The buffer in the target's memory, in megabytes: 1 to <see cref="Limits.BufferMegabytes"/>.</summary>
    public required int BufferMegabytes { get; init; }

    /// <summary>Whether the runtime writes method names at the end, so that stacks can be read.</summary>
    public required bool Rundown { get; init; }

    /// <summary>Whether events come with their stacks. Only false is written down.</summary>
    public bool Stacks { get; init; } = true;

    /// <summary>Seconds to collect, 1 to <see cref="Limits.OperationSeconds"/>; null is until the client or a limit ends it.</summary>
    public int? DurationSeconds { get; init; }

    /// <summary>What a role's limits do not allow, in one clause; null when they allow all of it. Agent and broker both ask.</summary>
    public string? ProblemFor(RoleLimits limits)
    {
        if ((long)BufferMegabytes << 20 > limits.TraceBuffer) return $"a buffer of {BufferMegabytes} MB is more than the role's traceBuffer of {limits.TraceBuffer} bytes";
        EventProvider? outside = Providers.FirstOrDefault(provider => !limits.Providers.Allow(provider.Name, provider.Keywords));
        return outside is null ? null : $"the role's providers do not allow {outside.Name} with keywords 0x{outside.Keywords:x}";
    }

    internal static EventPipeParameters Read(StrictValue value)
    {
        ObjectReader reader = value.AsObject();
        var parameters = new EventPipeParameters
        {
            Providers = ReadProviders(reader.Required("providers")),
            BufferMegabytes = reader.Required("bufferMB").AsInteger(1, Limits.BufferMegabytes),
            Rundown = reader.Required("rundown").AsBoolean(),
            Stacks = reader.Optional("stacks")?.AsBoolean() ?? true,
            DurationSeconds = reader.Optional("durationSeconds")?.AsInteger(1, Limits.OperationSeconds),
        };
        reader.End();
        return parameters;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("parameters");
        writer.WriteStartArray("providers");
        foreach (EventProvider provider in Providers) provider.Write(writer);
        writer.WriteEndArray();
        writer.WriteNumber("bufferMB", BufferMegabytes);
        writer.WriteBoolean("rundown", Rundown);
        if (!Stacks) writer.WriteBoolean("stacks", false);
        if (DurationSeconds is { } seconds) writer.WriteNumber("durationSeconds", seconds);
        writer.WriteEndObject();
    }

    private static IReadOnlyList<EventProvider> ReadProviders(StrictValue value)
    {
        IReadOnlyList<StrictValue> items = value.AsArray();
        if (items.Count is 0 or > Limits.Providers) throw value.Error($"must have 1 to {Limits.Providers} providers");
        return [.. items.Select(EventProvider.Read)];
    }
}

/// <summary>One event source and how much of it.</summary>
/// <param name="Name">The provider's name, such as <c>System.Runtime</c>.</param>
/// <param name="Keywords">The keywords' bits.</param>
/// <param name="Level">0 (always) to 5 (verbose).</param>
/// <param name="Arguments">Filter data such as <c>EventCounterIntervalSec=1</c>; null for none.</param>
public sealed record EventProvider(string Name, ulong Keywords, int Level, string? Arguments = null)
{
    private const int HighestLevel = 5;

    internal static EventProvider Read(StrictValue value)
    {
        ObjectReader reader = value.AsObject();
        var provider = new EventProvider(
            reader.Required("name").AsText(Limits.ProviderNameCharacters),
            ReadKeywords(reader.Required("keywords")),
            reader.Required("level").AsInteger(0, HighestLevel),
            reader.Optional("arguments")?.AsLines(Limits.ProviderArgumentsCharacters));
        reader.End();
        return provider;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name", Name);
        writer.WriteString("keywords", $"0x{Keywords:x}");
        writer.WriteNumber("level", Level);
        SignedFields.WriteOptional(writer, "arguments", Arguments);
        writer.WriteEndObject();
    }

    /// <summary>A number, or <c>0x</c> and hexadecimal digits: 64 bits do not survive as a JSON number everywhere.</summary>
    private static ulong ReadKeywords(StrictValue value)
    {
        if (value.Kind == JsonValueKind.Number) return value.AsUnsigned(0, ulong.MaxValue);
        string text = value.AsText(Limits.NameCharacters);
        bool hexadecimal = text.StartsWith("0x", StringComparison.Ordinal) && text.Length <= 18;
        return hexadecimal && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong keywords)
            ? keywords
            : throw value.Error("must be a number, or 0x and up to 16 hexadecimal digits");
    }
}
