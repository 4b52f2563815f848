using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Targets;

/// <summary>A process and the way to its diagnostics.</summary>
internal abstract record DiagnosticEndpoint(TargetProcess Process)
{
    /// <summary>Connects, and makes sure that the process meant is the one that listens.</summary>
    /// <returns>A connection with the time limits of a target.</returns>
    /// <exception cref="TargetException">The process is gone, does not listen, or another listens in its place.</exception>
    public abstract Stream Connect();
}

/// <summary>A target could not be reached, or did not do what was asked.</summary>
internal sealed class TargetException(string code, string message) : Exception(message)
{
    /// <summary>One of <see cref="ErrorCode"/>.</summary>
    public string Code { get; } = code;
}
