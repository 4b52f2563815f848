using System.Runtime.Versioning;
using DebugRelay.Broker.Targets;
using DebugRelay.Broker.Targets.Windows;
using DebugRelay.Policy.Configuration;
using DebugRelay.Protocol.Windows;

namespace DebugRelay.Broker.Hosting.Windows;

/// <summary>Windows: the agent comes over a named pipe, and targets are reached by the pipes of their runtimes. Nobody has tried it there (docs/operations.md).</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsHost : IHostSystem
{
    private readonly AgentPipe _agents;

    /// <param name="file">The configuration's file.</param>
    /// <param name="configuration">What is in it.</param>
    /// <param name="pipe">Where the agent connects.</param>
    /// <exception cref="ConfigurationException">It cannot be used here, or another listens there.</exception>
    public WindowsHost(string file, HostConfiguration configuration, string pipe)
    {
        if (Unknown(configuration) is { } key)
            throw new ConfigurationException($"{file}: {key}: this version does not have it on Windows");
        if (OwnDiagnostics.Problem is { } problem)
            throw new ConfigurationException(problem);
        _agents = new AgentPipe(file, configuration, pipe);
    }

    /// <inheritdoc/>
    public ITargetFinder Targets { get; } = new PipeTargets(new HashSet<int> { Environment.ProcessId });

    /// <inheritdoc/>
    public bool IsShort() => false;

    /// <inheritdoc/>
    public IAgentListener Listen() => _agents;

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _agents.Dispose();

    /// <summary>A key that promises what is not there; null where there is none.</summary>
    private static string? Unknown(HostConfiguration configuration) => configuration switch
    {
        { DiagnosticPort: not null } => "diagnosticPort",
        { WatchSurfaces: not null } => "watchSurfaces",
        { Limits.Processors: > 0 } => "limits.processors",
        _ => null,
    };
}
