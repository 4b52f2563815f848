namespace DebugRelay.Policy.Rules;

/// <summary>What a role may take of a host, at most. <see cref="Default"/> stands in for what a policy leaves out.</summary>
public sealed record RoleLimits
{
    /// <summary>How long a session lives. Default 30 minutes: one incident's look, and then ask again.</summary>
    public TimeSpan Session { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a session lives without an operation. Default 10 minutes: a terminal left open at lunch.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Sessions of one identity at once. Default 2: one at work, one to look beside it.</summary>
    public int Sessions { get; init; } = 2;

    /// <summary>Bytes delivered in one session. Default 2 GiB: some hours of traces, or one dump of an ordinary service.</summary>
    public long Bytes { get; init; } = 2L << 30;

    /// <summary>
    /// Dumps of one identity on the host within 24 hours, in whichever sessions. Default 3: each one stops its target while it is written.
    /// </summary>
    public int Dumps { get; init; } = 3;

    /// <summary>Bytes of one trace's buffer in the target's memory. Default 256 MiB, as dotnet-trace takes.</summary>
    public long TraceBuffer { get; init; } = 256L << 20;

    /// <summary>Providers and keywords that an event-pipe session may ask for. Default any: the operations say what may be looked at.</summary>
    public ProviderRules Providers { get; init; } = ProviderRules.Any;

    /// <summary>The limits of a role that names none.</summary>
    public static RoleLimits Default { get; } = new();

    /// <summary>The larger of each: who has two roles is held to neither's smaller limit.</summary>
    internal RoleLimits Widest(RoleLimits other) => new()
    {
        Session = Session > other.Session ? Session : other.Session,
        Idle = Idle > other.Idle ? Idle : other.Idle,
        Sessions = Math.Max(Sessions, other.Sessions),
        Bytes = Math.Max(Bytes, other.Bytes),
        Dumps = Math.Max(Dumps, other.Dumps),
        TraceBuffer = Math.Max(TraceBuffer, other.TraceBuffer),
        Providers = Providers.Union(other.Providers),
    };

    /// <summary>Whether none of them is smaller than the other's.</summary>
    internal bool Cover(RoleLimits other) =>
        Session >= other.Session && Idle >= other.Idle && Sessions >= other.Sessions && Bytes >= other.Bytes
        && Dumps >= other.Dumps && TraceBuffer >= other.TraceBuffer && Providers.Cover(other.Providers);
}
