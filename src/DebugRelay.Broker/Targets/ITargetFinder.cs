using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Targets;

/// <summary>Finds the .NET processes of this host.</summary>
internal interface ITargetFinder
{
    /// <summary>Our own processes: they are no targets.</summary>
    IReadOnlySet<int> Hidden { get; }

    /// <summary>All .NET processes, ordered by pid.</summary>
    IReadOnlyList<DiagnosticEndpoint> FindAll();

    /// <summary>The process with this pid and start time.</summary>
    /// <returns>Null when there is none, or none that can be asked.</returns>
    DiagnosticEndpoint? Find(int pid, ulong startTime);

    /// <summary>A trace of this process has begun: one that waited for it at its start goes on.</summary>
    void Began(TargetProcess process);
}
