using System.Buffers;
using DebugRelay.Cli.Connection;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Observing;

/// <summary>What a process says of itself when it is asked: scrubbed on its host.</summary>
internal static class ProcessFacts
{
    // What the runtime sends is limited on the host; in UTF-8 and JSON it is not more than twice as long.
    private const int MaxEnvironmentBytes = 2 * Limits.Environment;
    private const int MaxInfoBytes = 256 * 1024;

    /// <summary>The environment that a process was started with.</summary>
    public static async Task<EnvironmentVariable[]> EnvironmentAsync(Session session, TargetProcess target, CancellationToken cancellation)
    {
        await using Operation operation = await session.StartAsync(new OperationOrder(Operations.ProcessEnvironment, target), cancellation);
        byte[] json = await operation.ReceiveAllAsync(MaxEnvironmentBytes, cancellation);
        return ProtocolJson.Read(new ReadOnlySequence<byte>(json), ProtocolJson.Default.ProcessEnvironment).Variables;
    }

    /// <summary>Its runtime, command line and architecture.</summary>
    public static async Task<ProcessDetails> InfoAsync(Session session, TargetProcess target, CancellationToken cancellation)
    {
        await using Operation operation = await session.StartAsync(new OperationOrder(Operations.ProcessInfo, target), cancellation);
        byte[] json = await operation.ReceiveAllAsync(MaxInfoBytes, cancellation);
        return ProtocolJson.Read(new ReadOnlySequence<byte>(json), ProtocolJson.Default.ProcessDetails);
    }
}
