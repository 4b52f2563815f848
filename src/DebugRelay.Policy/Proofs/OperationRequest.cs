using System.Text.Json;
using DebugRelay.Policy.Json;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Proofs;

/// <summary>One operation that an engineer asks for, as his session's key signs it. Complete: nothing that matters is left to a default.</summary>
public sealed record OperationRequest
{
    /// <summary>What the bytes are for, inside the bytes.</summary>
    public const string Purpose = "debugrelay operation request";

    private const int Version = 1;

    /// <summary>The host, where the client names it; then it must be the verifier's.</summary>
    public string? Host { get; init; }

    /// <summary>The session's id.</summary>
    public required string Session { get; init; }

    /// <summary>From 1; each number is used once in a session, which the broker sees to.</summary>
    public required ulong Number { get; init; }

    /// <summary>One of <see cref="Operations"/>.</summary>
    public required string Operation { get; init; }

    /// <summary>Whether the data are asked for without scrubbing.</summary>
    public bool Unscrubbed { get; init; }

    /// <summary>The process; there for operations on a process, and only there.</summary>
    public RequestTarget? Target { get; init; }

    /// <summary>What to collect; there for event-pipe operations, and only there.</summary>
    public EventPipeParameters? Parameters { get; init; }

    /// <summary>How a dump is to be, beyond its type; for operations that write one, and only for them.</summary>
    public DumpParameters? Dump { get; init; }

    /// <summary>The session to watch; there for <see cref="Operations.SessionWatch"/>, and only there.</summary>
    public string? Watch { get; init; }

    /// <summary>The session to end; there for <see cref="Operations.SessionKill"/>, and only there.</summary>
    public string? Kill { get; init; }

    /// <summary>Why, in the engineer's words.</summary>
    public string? Reason { get; init; }

    /// <summary>SHA-256 of the grant that comes along, in lower-case hexadecimal; null where none does.</summary>
    public string? Grant { get; init; }

    /// <summary>Whether an emergency is declared.</summary>
    public bool BreakGlass { get; init; }

    /// <summary>Parses the exact bytes that were signed.</summary>
    /// <exception cref="DocumentException">The bytes are no request of this version, or its parts do not fit its operation.</exception>
    public static OperationRequest Parse(ReadOnlySpan<byte> utf8)
    {
        StrictValue document = StrictJson.ParseSigned(utf8, Limits.RequestBytes);
        ObjectReader reader = document.AsObject();
        SignedFields.ReadHeader(reader, Version, Purpose);
        var request = new OperationRequest
        {
            Host = reader.OptionalText("host", Limits.NameCharacters),
            Session = SignedFields.ReadSession(reader),
            Number = reader.Required("number").AsUnsigned(1, Limits.RequestNumber),
            Operation = ReadOperation(reader.Required("operation")),
            Unscrubbed = reader.Optional("unscrubbed")?.AsBoolean() ?? false,
            Target = reader.Optional("target") is { } target ? RequestTarget.Read(target) : null,
            Parameters = reader.Optional("parameters") is { } parameters ? EventPipeParameters.Read(parameters) : null,
            Dump = reader.Optional("dump") is { } dump ? DumpParameters.Read(dump) : null,
            Watch = reader.Optional("watch") is { } watch ? SignedFields.ReadId(watch) : null,
            Kill = reader.Optional("kill") is { } kill ? SignedFields.ReadId(kill) : null,
            Reason = reader.OptionalText("reason", Limits.ReasonCharacters),
            Grant = reader.Optional("grant") is { } grant ? SignedFields.ReadSha256(grant) : null,
            BreakGlass = reader.Optional("breakGlass")?.AsBoolean() ?? false,
        };
        reader.End();
        return request.ProblemOfParts() is { } problem ? throw document.Error(problem) : request;
    }

    /// <summary>The bytes to be signed.</summary>
    internal byte[] ToUtf8() => SignedFields.Write(writer =>
    {
        SignedFields.WriteHeader(writer, Version, Purpose);
        SignedFields.WriteOptional(writer, "host", Host);
        writer.WriteString("session", Session);
        writer.WriteNumber("number", Number);
        writer.WriteString("operation", Operation);
        if (Unscrubbed) writer.WriteBoolean("unscrubbed", true);
        Target?.Write(writer);
        Parameters?.Write(writer);
        Dump?.Write(writer);
        SignedFields.WriteOptional(writer, "watch", Watch);
        SignedFields.WriteOptional(writer, "kill", Kill);
        SignedFields.WriteOptional(writer, "reason", Reason);
        SignedFields.WriteOptional(writer, "grant", Grant);
        if (BreakGlass) writer.WriteBoolean("breakGlass", true);
    });

    private static string ReadOperation(StrictValue value)
    {
        string operation = value.AsText(Limits.NameCharacters);
        bool known = Operations.IsKnown(operation) && Operations.ScopeOf(operation) != OperationScope.Modifier;
        return known ? operation : throw value.Error("is no operation that is known here");
    }

    private string? ProblemOfParts()
    {
        bool process = Operations.ScopeOf(Operation) == OperationScope.Process;
        if (process != (Target is not null)) return process ? $"{Operation} needs a \"target\"" : $"{Operation} takes no \"target\"";
        bool watch = Operation == Operations.SessionWatch;
        if (watch != (Watch is not null)) return watch ? $"{Operation} needs a \"watch\"" : $"{Operation} takes no \"watch\"";
        bool kill = Operation == Operations.SessionKill;
        if (kill != (Kill is not null)) return kill ? $"{Operation} needs a \"kill\"" : $"{Operation} takes no \"kill\"";
        bool eventPipe = Operations.IsEventPipe(Operation);
        if (eventPipe != (Parameters is not null)) return eventPipe ? $"{Operation} needs \"parameters\"" : $"{Operation} takes no \"parameters\"";
        return Dump is not null && !Operations.IsDump(Operation) ? $"{Operation} takes no \"dump\"" : null;
    }
}

/// <summary>A process, so named that a later one with the same id is not taken for it.</summary>
/// <param name="Pid">The process id in the host's namespace.</param>
/// <param name="StartTime">The start time in clock ticks since boot (field 22 of <c>/proc/PID/stat</c>); null when not known.</param>
public sealed record RequestTarget(int Pid, ulong? StartTime)
{
    internal static RequestTarget Read(StrictValue value)
    {
        ObjectReader reader = value.AsObject();
        var target = new RequestTarget(
            reader.Required("pid").AsInteger(1, int.MaxValue),
            reader.Optional("startTime")?.AsUnsigned(0, Limits.RequestNumber));
        reader.End();
        return target;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("target");
        writer.WriteNumber("pid", Pid);
        if (StartTime is { } startTime) writer.WriteNumber("startTime", startTime);
        writer.WriteEndObject();
    }
}
