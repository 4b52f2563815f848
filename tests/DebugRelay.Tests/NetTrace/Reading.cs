using System.IO.Pipelines;
using DebugRelay.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

/// <summary>Reads bytes in memory, handed to the reader in pieces.</summary>
internal static class Reading
{
    public delegate void TakeEvent(in NetTraceEvent e);

    public static async Task<NetTraceReader> OfAsync(byte[] trace, TakeEvent take, Func<int>? pieceSize = null, Action<BlockKind>? onBlock = null)
    {
        var incoming = new Pipe(new PipeOptions(useSynchronizationContext: false));
        var feeding = Rewriting.FeedAsync(incoming.Writer, trace, pieceSize ?? (() => 64 * 1024));
        var reader = new NetTraceReader(incoming.Reader);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            onBlock?.Invoke(reader.Block.Kind);
            foreach (var e in reader.Block.Events) take(e);
        }
        Assert.Equal(0, reader.Block.Content.Length);
        await incoming.Reader.CompleteAsync();
        await feeding;
        return reader;
    }
}
