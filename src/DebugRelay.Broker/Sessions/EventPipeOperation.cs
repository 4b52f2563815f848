using DebugRelay.Broker.Gate;
using DebugRelay.Broker.Targets;
using DebugRelay.Broker.Workers;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Sessions;

/// <summary>A running EventPipe session in a target: it is stopped when its time is over, when it is told to, and whatever becomes of its reader.</summary>
/// <param name="name">The operation's name.</param>
/// <param name="endpoint">The target.</param>
/// <param name="sessionId">The session's id in the target.</param>
/// <param name="problem">Decides on it again, by what holds now: null while it is allowed.</param>
internal sealed class EventPipeOperation(string name, DiagnosticEndpoint endpoint, ulong sessionId, Func<string?> problem) : IRunningOperation
{
    private readonly TaskCompletionSource<string> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The operation's name.</summary>
    public string Name => name;

    /// <summary>The target.</summary>
    public TargetProcess Process => endpoint.Process;

    /// <summary>Decides on it again, by what holds now.</summary>
    /// <returns>Why it is no longer allowed; null while it is.</returns>
    public string? Problem() => problem();

    /// <summary>Asks for the end; the first reason counts.</summary>
    public void Stop(string code) => _stop.TrySetResult(code);

    /// <summary>Lets the worker read until the stream is over.</summary>
    /// <param name="worker">The session's worker.</param>
    /// <param name="job">The worker's job.</param>
    /// <param name="stream">The target's connection; it is the worker's once that has it.</param>
    /// <param name="agent">The agent's connection; likewise.</param>
    /// <param name="duration">When to stop.</param>
    /// <param name="atEnd">Why then: it was asked for no longer, or may have no more.</param>
    /// <exception cref="WorkerException">The worker died.</exception>
    public async Task<OperationEnd> RunAsync(WorkerProcess worker, Job job, Stream stream, Stream agent, TimeSpan duration, string atEnd)
    {
        try
        {
            Task<OperationEnd> reading = worker.RunAsync(job, stream, agent, CancellationToken.None);
            await ((Task)Task.WhenAny(reading, _stop.Task)).WaitAsync(duration).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!reading.IsCompleted)
                await StopTargetAsync(worker, job.Number, reading, _stop.Task.IsCompleted ? await _stop.Task : atEnd);
            return await reading;
        }
        catch (WorkerException)
        {
            // Its death closed the stream, but perhaps not our own descriptor yet: a stop makes sure of the target.
            stream.Dispose();
            await StopQuietlyAsync(TimeSpan.FromSeconds(2));
            throw;
        }
    }

    /// <summary>The target answers a stop when its stream has been read to the end, which the worker does meanwhile.</summary>
    private async Task StopTargetAsync(WorkerProcess worker, ulong number, Task reading, string code)
    {
        // Who asks for the end of a trace waits for its rundown; where a session ends for another reason nobody does.
        TimeSpan drain = code == ErrorCode.Closed ? Limits.StopDrain : ErrorCode.EndsAccess(code) ? Limits.KillDrain : Limits.LastBytes;
        Task stopping = StopQuietlyAsync(drain);
        await Task.WhenAll(reading, stopping).WaitAsync(drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reading.IsCompleted)
            return;
        await worker.CancelAsync(number, ErrorCode.TargetFailed);
        await reading.WaitAsync(Limits.WorkerAnswer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // A worker that does not obey is none: its end lets the target go.
        if (!reading.IsCompleted)
            worker.Kill();
    }

    private async Task StopQuietlyAsync(TimeSpan limit)
    {
        using var timer = new CancellationTokenSource(limit);
        try
        {
            await DiagnosticsIpc.StopEventPipeAsync(endpoint, sessionId, timer.Token);
        }
        catch (Exception e) when (e is TargetException or IOException or OperationCanceledException)
        {
            // Gone, or hangs: its socket is closed by the worker, which ends the session there too.
        }
    }
}
