using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Targets;

/// <summary>An operation that takes a while: it is listed, decided on again when something changes, and can be stopped.</summary>
internal interface IRunningOperation
{
    /// <summary>The operation's name.</summary>
    string Name { get; }

    /// <summary>The target.</summary>
    TargetProcess Process { get; }

    /// <summary>Decides on it again, by what holds now.</summary>
    /// <returns>Why it is no longer allowed; null while it is.</returns>
    string? Problem();

    /// <summary>Asks for the end; the first reason counts.</summary>
    /// <param name="code">One of <see cref="Protocol.ErrorCode"/>.</param>
    void Stop(string code);
}
