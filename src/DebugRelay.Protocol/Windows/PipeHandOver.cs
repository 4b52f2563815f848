using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Protocol.Windows;

/// <summary>
/// Frames over two anonymous pipes. A connection stays the broker's, which passes its bytes on; the worker is given one end of a pipe that goes one way. Which
/// handles a frame carries stands before it: their count in a byte, then 64 bits each.
/// </summary>
/// <remarks>
/// A pipe's handle belongs to the completion port of the process that opened it, and cannot be used in another. So the broker copies what a target sends to its
/// worker, and what that delivers to the agent, without looking at it.
/// </remarks>
/// <param name="incoming">From the other.</param>
/// <param name="outgoing">To the other.</param>
/// <param name="worker">The worker, where this is the broker's end.</param>
[SupportedOSPlatform("windows")]
public sealed partial class PipeHandOver(PipeStream incoming, PipeStream outgoing, SafeProcessHandle? worker) : IHandOver
{
    /// <summary>Connections that a frame may carry: a target, which is read, and the agent, which is written to.</summary>
    private const int MaximumConnections = 2;

    private const uint SameAccess = 2;

    private static readonly nint ThisProcess = -1;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _workerIsGone = new();

    /// <summary>The worker's end.</summary>
    /// <param name="incoming">Its handle, as the broker gave it.</param>
    /// <param name="outgoing">Likewise.</param>
    public static PipeHandOver Inherited(string incoming, string outgoing)
        => new(new AnonymousPipeClientStream(PipeDirection.In, incoming), new AnonymousPipeClientStream(PipeDirection.Out, outgoing), null);

    /// <inheritdoc/>
    public async Task SendAsync(FrameType type, ReadOnlyMemory<byte> payload, Stream[] connections, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(connections.Length, MaximumConnections);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, Limits.PayloadOf(type));
        var passed = new List<(AnonymousPipeServerStream Pipe, Stream Connection)>();
        byte[] message = new byte[1 + (sizeof(long) * connections.Length) + Frame.HeaderSize + payload.Length];
        message[0] = (byte)connections.Length;
        await _writing.WaitAsync(cancellation);
        try
        {
            foreach (Stream connection in connections)
            {
                var pipe = new AnonymousPipeServerStream(passed.Count == 0 ? PipeDirection.Out : PipeDirection.In, HandleInheritability.None);
                passed.Add((pipe, connection));
                BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(1 + (sizeof(long) * (passed.Count - 1))), Duplicate(pipe.ClientSafePipeHandle));
                pipe.DisposeLocalCopyOfClientHandle();
            }
            int start = 1 + (sizeof(long) * connections.Length);
            Frame.WriteHeader(message.AsSpan(start), type, payload.Length);
            payload.CopyTo(message.AsMemory(start + Frame.HeaderSize));
            await outgoing.WriteAsync(message, cancellation);
        }
        catch
        {
            passed.ForEach(p => p.Pipe.Dispose());
            throw;
        }
        finally
        {
            _writing.Release();
        }
        for (int i = 0; i < passed.Count; i++)
            PassOn(passed[i].Pipe, ((TimedPipeStream)passed[i].Connection).Detach(), isRead: i == 0);
    }

    /// <inheritdoc/>
    public async Task<(Frame Frame, Stream[] Connections)?> ReceiveAsync(CancellationToken cancellation)
    {
        byte[] count = new byte[1];
        if (await incoming.ReadAtLeastAsync(count, 1, throwOnEndOfStream: false, cancellation) == 0)
        {
            await _workerIsGone.CancelAsync();
            return null;
        }
        // What a worker says cannot be trusted: it has no handles to give.
        if (count[0] > (worker is null ? MaximumConnections : 0))
            throw new ProtocolException(ErrorCode.BadMessage, "a frame came with too many connections");
        try
        {
            byte[] head = new byte[(sizeof(long) * count[0]) + Frame.HeaderSize];
            await incoming.ReadExactlyAsync(head, cancellation);
            (FrameType type, int length) = Frame.ReadHeader(head.AsSpan(sizeof(long) * count[0]));
            byte[] payload = new byte[length];
            await incoming.ReadExactlyAsync(payload, cancellation);
            Stream[] connections = [.. Enumerable.Range(0, count[0]).Select(i => ToConnection(BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(sizeof(long) * i)), isRead: i == 0))];
            return (new Frame(type, new ReadOnlySequence<byte>(payload)), connections);
        }
        catch (EndOfStreamException)
        {
            throw new ProtocolException(ErrorCode.Truncated, "the stream ended within a frame");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        incoming.Dispose();
        outgoing.Dispose();
    }

    private static AnonymousPipeClientStream ToConnection(long handle, bool isRead)
        => new(isRead ? PipeDirection.In : PipeDirection.Out, new SafePipeHandle((nint)handle, ownsHandle: true));

    /// <summary>Copies until one side ends, and lets both go. A target is also let go when its worker is gone.</summary>
    private void PassOn(AnonymousPipeServerStream pipe, TimedPipeStream connection, bool isRead) => _ = Task.Factory.StartNew(
        async () =>
        {
            using (pipe)
            using (connection)
            {
                try
                {
                    if (isRead)
                        await connection.CopyToAsync(pipe, _workerIsGone.Token);
                    else
                        pipe.CopyTo(connection);
                }
                catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
                {
                    // One of them is gone.
                }
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private long Duplicate(SafeHandle handle)
    {
        if (worker is null)
            throw new InvalidOperationException("a worker has no connections to give");
        return DuplicateHandle(ThisProcess, handle, worker, out nint theirs, 0, false, SameAccess)
            ? theirs
            : throw new IOException($"a pipe could not be given to the worker: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool DuplicateHandle(nint from, SafeHandle handle, SafeHandle to, out nint theirs, uint access, [MarshalAs(UnmanagedType.Bool)] bool inherit, uint options);
}
