using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Configuration;

/// <summary>What a host gives in all, whoever asks: <c>limits</c> of agent.json. What is left out has the value that stands here.</summary>
public sealed record HostLimits
{
    /// <summary>Sessions at once. 64: each that looks at something has a worker process.</summary>
    public int Sessions { get; init; } = 64;

    /// <summary>Connections at once on the agent's port. 1024: a session has one, and one more for each operation.</summary>
    public int Connections { get; init; } = 1024;

    /// <summary>Event-pipe sessions of ours in one process. 16: the runtime takes 64 in all, and other tools want theirs.</summary>
    public int EventPipesPerTarget { get; init; } = 16;

    /// <summary>TLS handshakes at once, all addresses together. 64: each costs some milliseconds of CPU, a slow network makes each last a second.</summary>
    public int Handshakes { get; init; } = 64;

    /// <summary>TLS handshakes at once from one address (IPv6: one /64). 16.</summary>
    public int HandshakesPerAddress { get; init; } = 16;

    /// <summary>Handshakes from one address that may fail in a second before the next ones wait. 50: a fifth of one CPU.</summary>
    public int FailuresPerSecond { get; init; } = 50;

    /// <summary>Processors that all workers together use at most. 0: all that there are; they give way to others as it is.</summary>
    public int Processors { get; init; }

    /// <summary>Bytes a second that all clients together are sent. 0: as many as the network takes.</summary>
    public long BytesPerSecond { get; init; }

    // Above these a host is not protected any more, it only seems to be.
    private const int MostSessions = 4096;
    private const int MostConnections = 65_536;
    private const int MostEventPipes = 64;
    private const int MostHandshakes = 4096;
    private const int MostProcessors = 4096;

    /// <summary>Below, a session's own frames would wait.</summary>
    private const long LeastBytesPerSecond = 64 * 1024;

    /// <summary>What is out of bounds, or null.</summary>
    internal string? Problem() =>
        Outside("sessions", Sessions, MostSessions)
        ?? Outside("connections", Connections, MostConnections)
        ?? Outside("eventPipesPerTarget", EventPipesPerTarget, MostEventPipes)
        ?? Outside("handshakes", Handshakes, MostHandshakes)
        ?? Outside("handshakesPerAddress", HandshakesPerAddress, MostHandshakes)
        ?? Outside("failuresPerSecond", FailuresPerSecond, MostHandshakes)
        ?? (Processors is < 0 or > MostProcessors ? $"limits.processors must be 0 (all) to {MostProcessors}" : null)
        ?? (BytesPerSecond is not 0 and < LeastBytesPerSecond ? "limits.bytesPerSecond must be 64KiB or more" : null);

    private static string? Outside(string name, int value, int most) => value < 1 || value > most ? $"limits.{name} must be 1 to {most}" : null;
}

/// <summary>As it is written: what is left out is null.</summary>
internal sealed record HostLimitsDocument(
    int? Sessions = null, int? Connections = null, int? EventPipesPerTarget = null, int? Handshakes = null, int? HandshakesPerAddress = null, int? FailuresPerSecond = null,
    int? Processors = null, string? BytesPerSecond = null)
{
    /// <exception cref="ConfigurationException">It is no size.</exception>
    private static long ReadSize(string text)
        => Quantities.TryParseSize(text, out long size) ? size : throw new ConfigurationException($"limits.bytesPerSecond: \"{text}\" is no size such as 20MiB");

    /// <exception cref="ConfigurationException">A value cannot be read.</exception>
    public HostLimits Resolve()
    {
        var missing = new HostLimits();
        return new HostLimits
        {
            Sessions = Sessions ?? missing.Sessions,
            Connections = Connections ?? missing.Connections,
            EventPipesPerTarget = EventPipesPerTarget ?? missing.EventPipesPerTarget,
            Handshakes = Handshakes ?? missing.Handshakes,
            HandshakesPerAddress = HandshakesPerAddress ?? missing.HandshakesPerAddress,
            FailuresPerSecond = FailuresPerSecond ?? missing.FailuresPerSecond,
            Processors = Processors ?? missing.Processors,
            BytesPerSecond = BytesPerSecond is null ? missing.BytesPerSecond : ReadSize(BytesPerSecond),
        };
    }
}
