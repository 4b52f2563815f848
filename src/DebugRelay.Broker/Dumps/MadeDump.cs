using System.Runtime.Versioning;
using System.Security.Cryptography;
using DebugRelay.Broker.Gate;
using DebugRelay.Broker.Targets;
using DebugRelay.Broker.Workers;
using DebugRelay.Policy.Identity;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Broker.Dumps;

/// <summary>What dump is to be made, and for whom.</summary>
[SupportedOSPlatform("linux")]
internal sealed record DumpOrder(PeerIdentity Owner, UnixEndpoint Endpoint, string Operation, bool MaskLiterals, bool MaskFields, SealOrder? Seal);

/// <summary>One dump, from its order until nobody can ask for it any more. It does not depend on whoever waits for it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class MadeDump : IDisposable
{
    private readonly TaskCompletionSource<string> _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DumpReport> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private DumpProgress _progress = new("take", 0, 0);
    private int _disposed;

    /// <param name="order">What to make.</param>
    /// <param name="folder">Where its files lie, without names.</param>
    /// <param name="time">By which it is given up.</param>
    /// <exception cref="IOException">They cannot be made.</exception>
    public MadeDump(DumpOrder order, string folder, TimeProvider time)
    {
        _time = time;
        Order = order;
        Result = UnixCalls.MakeUnnamed(folder);
    }

    /// <summary>By which it is asked for again: known to its owner alone.</summary>
    public string Id { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>What it is.</summary>
    public DumpOrder Order { get; }

    /// <summary>The file that is delivered, once it is <see cref="Ready"/>.</summary>
    public SafeFileHandle Result { get; }

    /// <summary>How far it is.</summary>
    public DumpProgress Progress => Volatile.Read(ref _progress);

    /// <summary>Completes when it is made and verified, or fails with why it is not.</summary>
    public Task<DumpReport> Ready => _ready.Task;

    /// <summary>Whether it was delivered whole, once at least.</summary>
    public bool IsDelivered { get; set; }

    /// <summary>Begins. Nothing was asked of the target when this fails.</summary>
    /// <param name="folder">Where the raw dump lies, without a name.</param>
    /// <param name="traces">Remembers its FIFO.</param>
    /// <param name="most">Bytes of the raw dump, at most.</param>
    /// <exception cref="WorkerException">Its process cannot be started.</exception>
    /// <exception cref="TargetException">Its target has no place for a FIFO.</exception>
    public async Task BeginAsync(string folder, DumpTraces traces, long most)
    {
        DumpWorkerProcess worker = DumpWorkerProcess.Start(Order.Endpoint.Process.Pid);
        DumpFifo? fifo = null;
        try
        {
            fifo = DumpFifo.Create(Order.Endpoint, traces);
            using SafeFileHandle raw = UnixCalls.MakeUnnamed(folder);
            await worker.OrderAsync(new DumpJob(most, Order.MaskLiterals, Order.MaskFields, Order.Seal), fifo.ReadEnd, raw, Result);
            // The worker alone reads now: its end is the writer's end.
            fifo.ReadEnd.Dispose();
        }
        catch
        {
            worker.Dispose();
            fifo?.Dispose();
            throw;
        }
        _ = CompleteAsync(MakeAsync(worker, fifo));
    }

    /// <summary>Gives it up: its target is let go, its files are gone.</summary>
    /// <param name="code">One of <see cref="ErrorCode"/>.</param>
    public void Cancel(string code) => _cancelled.TrySetResult(code);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        Cancel(ErrorCode.Closed);
        Result.Dispose();
    }

    private async Task CompleteAsync(Task<DumpReport> making)
    {
        await ((Task)making).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ready.SetFromTask(making);
        // Whoever asks sees a failure; nobody need ask.
        _ = _ready.Task.Exception;
    }

    private async Task<DumpReport> MakeAsync(DumpWorkerProcess worker, DumpFifo fifo)
    {
        Task writing = Task.Factory.StartNew(
            () => DiagnosticsIpc.WriteDump(Order.Endpoint, fifo.PathInTarget, DumpTypes.Of(Order.Operation), Limits.DumpTaking),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _ = writing.ContinueWith(t => t.Exception, TaskScheduler.Default);
        try
        {
            return await FollowAsync(worker, fifo, writing);
        }
        catch
        {
            worker.Dispose();
            await TryReleaseAsync(fifo, writing);
            Result.Dispose();
            throw;
        }
        finally
        {
            worker.Dispose();
            fifo.Dispose();
        }
    }

    private static async Task TryReleaseAsync(DumpFifo fifo, Task writing)
    {
        try
        {
            await fifo.ReleaseAsync(writing);
        }
        catch (IOException)
        {
            // The target has taken the FIFO away itself, or is gone.
        }
    }

    private async Task<DumpReport> FollowAsync(DumpWorkerProcess worker, DumpFifo fifo, Task writing)
    {
        long start = _time.GetTimestamp();
        Task<DumpLine?> next = worker.NextAsync();
        while (true)
        {
            bool isTaking = Progress.Stage == "take";
            TimeSpan left = (isTaking ? Limits.DumpTaking : Limits.DumpTaking + Limits.DumpSanitising) - _time.GetElapsedTime(start);
            // Of the target's answer only a failure is news, and that only while nothing has come.
            bool mayFail = isTaking && Progress.Done == 0 && !writing.IsCompletedSuccessfully;
            Task first = await Task.WhenAny([next, _cancelled.Task, Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time), .. mayFail ? (Task[])[writing] : []]);
            if (first == _cancelled.Task)
                throw new WorkerException(await _cancelled.Task, "the dump was given up");
            if (first == writing)
                await writing;
            else if (first != next)
                throw new TargetException(ErrorCode.TargetFailed, isTaking ? $"the dump was not written within {Limits.DumpTaking.TotalMinutes:0} minutes; its target goes on" : "the dump could not be sanitised in time");
            if (first != next)
                continue;
            DumpLine line = await next ?? throw new WorkerException(ErrorCode.WorkerGone, "the process that sanitises dumps died: the dump may be broken");
            if (line.Report is { } report)
                return report;
            if (line.Failure is { } failure)
                throw await FailureAsync(failure, writing);
            if (line.Progress is { } progress)
                Volatile.Write(ref _progress, progress);
            if (Progress.Done > 0)
                fifo.Remove();
            next = worker.NextAsync();
        }
    }

    /// <summary>A dump that is cut short has a reason, which the target's answer may tell.</summary>
    private static async Task<Exception> FailureAsync(Refused failure, Task writing)
    {
        if (failure.Code == ErrorCode.BadDump)
        {
            await writing.WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (writing.Exception?.InnerException is TargetException target)
                return target;
        }
        return new WorkerException(failure.Code, failure.Message);
    }
}
