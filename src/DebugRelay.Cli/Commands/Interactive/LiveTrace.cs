using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using DebugRelay.Cli.Commands.Trace;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Protocol.Messages;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Cli.Commands.Interactive;

/// <summary>Records a trace into a file and counts its events meanwhile.</summary>
internal sealed class LiveTrace : IDisposable
{
    private const int TopEvents = 20;

    // What the counting may be behind: beyond it the file goes on without being counted.
    private const int MostBehind = 64 * 1024 * 1024;

    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(250);

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly Dictionary<(string Provider, string Event), long> _counts = [];
    private readonly Lock _counting = new();
    private readonly Action<TraceProgress> _onProgress;
    private readonly Task _reading;
    private long _events;
    private long _lost;
    private long _told;
    private long _unread;
    private bool _gaveUp;

    private LiveTrace(Action<TraceProgress> onProgress)
    {
        _onProgress = onProgress;
        _reading = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Records until the time is over or it is stopped; what came of a trace that is cut is kept, under a name that says so.</summary>
    public static async Task<TraceOutcome> RunAsync(Session session, TargetProcess process, TraceOrder order, Action<TraceProgress> onProgress, CancellationToken stop)
    {
        var eventPipe = new EventPipeOrder(TraceProfiles.Named(order.Profile), EventPipeOrder.DefaultBufferMegabytes, Rundown: true, order.Duration);
        await using Operation operation = await session.StartAsync(new OperationOrder("trace", process, eventPipe), stop);
        await using ResultFile file = ResultFile.Create(TraceCommand.NameFor(process), overwrite: false);
        using var live = new LiveTrace(onProgress);
        OperationEnd end = await live.ReceiveAsync(operation, file, order.Duration, stop);
        if (!end.Partial)
            await file.FinishAsync();
        return new TraceOutcome(end.Partial ? file.PartialPath : file.Path, end);
    }

    public void Dispose()
    {
        _pipe.Writer.Complete();
        // The reader ends with what it has; a stream that is cut ends it with an error that tells nothing new.
        _reading.ContinueWith(reading => _ = reading.Exception, TaskScheduler.Default);
    }

    private async Task<OperationEnd> ReceiveAsync(Operation operation, ResultFile file, TimeSpan duration, CancellationToken stop)
    {
        OperationEnd end = await operation.ReceiveAsync(TakeAsync, duration, stop);
        Tell(file.Length);
        return end;

        async ValueTask TakeAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellation)
        {
            await file.AppendAsync(bytes, cancellation);
            await CountAsync(bytes, cancellation);
            if (Stopwatch.GetElapsedTime(_told) >= TellEvery)
                Tell(file.Length);
        }
    }

    private async ValueTask CountAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellation)
    {
        if (_gaveUp)
            return;
        foreach (ReadOnlyMemory<byte> part in bytes)
            _pipe.Writer.Write(part.Span);
        FlushResult flushed = await _pipe.Writer.FlushAsync(cancellation);
        _gaveUp = flushed.IsCompleted || Interlocked.Add(ref _unread, bytes.Length) > MostBehind;
        if (_gaveUp)
            await _pipe.Writer.CompleteAsync();
    }

    private void Tell(long bytes)
    {
        _told = Stopwatch.GetTimestamp();
        EventCount[] top;
        lock (_counting)
            top = [.. _counts.OrderByDescending(each => each.Value).Take(TopEvents).Select(each => new EventCount($"{each.Key.Provider}/{each.Key.Event}", each.Value))];
        _onProgress(new TraceProgress(bytes, Interlocked.Read(ref _events), Interlocked.Read(ref _lost), top));
    }

    // TraceEvent reads a stream by blocking.
    private void Read()
    {
        try
        {
            using Stream stream = new CountedStream(_pipe.Reader.AsStream(), read => Interlocked.Add(ref _unread, -read));
            using var source = new EventPipeEventSource(stream);
            source.Clr.All += data => Count(source, data);
            source.Dynamic.All += data => Count(source, data);
            source.Process();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The file is what the user asked for; the counts stay as they are.
        }
        finally
        {
            _pipe.Reader.Complete();
        }
    }

    private void Count(EventPipeEventSource source, TraceEvent data)
    {
        Interlocked.Increment(ref _events);
        Interlocked.Exchange(ref _lost, source.EventsLost);
        lock (_counting)
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, (data.ProviderName, data.EventName), out _)++;
    }

    /// <summary>Tells how much was read.</summary>
    private sealed class CountedStream(Stream inner, Action<int> onRead) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = inner.Read(buffer, offset, count);
            onRead(read);
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
