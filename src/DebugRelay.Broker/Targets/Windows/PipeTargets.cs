using System.Runtime.Versioning;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Targets.Windows;

/// <summary>Finds the .NET processes of this host by the names of their runtimes' pipes.</summary>
/// <param name="hidden">Our own processes: they are no targets.</param>
[SupportedOSPlatform("windows")]
internal sealed class PipeTargets(IReadOnlySet<int> hidden) : ITargetFinder
{
    private const string Pipes = @"\\.\pipe\";

    /// <inheritdoc/>
    public IReadOnlySet<int> Hidden => hidden;

    /// <inheritdoc/>
    public IReadOnlyList<DiagnosticEndpoint> FindAll()
        => [.. Directory.EnumerateFiles(Pipes).Select(path => RuntimePipe.PidOf(path[Pipes.Length..])).OfType<int>().Distinct().Order().Select(pid => Find(pid, null)).OfType<DiagnosticEndpoint>()];

    /// <inheritdoc/>
    public DiagnosticEndpoint? Find(int pid, ulong startTime) => Find(pid, (ulong?)startTime);

    /// <inheritdoc/>
    public void Began(TargetProcess process)
    {
        // Nobody waits for us: processes that call are not served here.
    }

    private PipeEndpoint? Find(int pid, ulong? startTime)
    {
        if (hidden.Contains(pid))
            return null;
        using WindowsProcess? process = WindowsProcess.Open(pid);
        return process?.Describe() is { } facts && (startTime is null || facts.StartTime == startTime) ? new PipeEndpoint(facts) : null;
    }
}
