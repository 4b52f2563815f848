using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Unix.Confinement;
using DebugRelay.Scrubbing;
using DebugRelay.Worker.Jobs;

namespace DebugRelay.Worker;

/// <summary>A worker's life: report for duty, take jobs until the broker's connection ends.</summary>
internal sealed class WorkerLoop(IHandOver broker, Scrubbers scrubbers)
{
    /// <summary>Bytes. Each of 24 operations may hold 8 MB for its reader and some for what it reads; the rest are code, threads' stacks and a heap's slack.</summary>
    private const long WorkerMemory = 1L << 30;

    /// <summary>Two sockets an operation, and what the runtime holds.</summary>
    private const int WorkerDescriptors = 256;

    private readonly ConcurrentDictionary<ulong, CancellationTokenSource> _running = new();
    private readonly ConcurrentDictionary<Task, byte> _jobs = new();
    private readonly SessionBudget _budget = new();
    private volatile bool _brokerIsGone;

    /// <summary>Runs until the broker closes the connection, or dies.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(IHandOver broker)
    {
        if (await ReceiveAsync(broker) is not ({ Type: FrameType.WorkerProfile } frame, []))
            return 1;
        WorkerProfile order = frame.Read(ProtocolJson.Default.WorkerProfile);
        ScrubProfile profile;
        try
        {
            profile = ScrubProfile.Parse(order.Name, order.Content);
        }
        catch (ScrubProfileException e)
        {
            await TrySendAsync(broker, FrameType.Refused, new Refused(ErrorCode.ScrubberFailed, $"scrub profile {order.Name}: {e.Message}"), ProtocolJson.Default.Refused);
            return 1;
        }
        var loop = new WorkerLoop(broker, new Scrubbers(profile, new PseudonymKey(order.Number)));
        string[] survivors = [.. Canaries.Survivors(profile)];
        string[] isolation = OperatingSystem.IsLinux() ? LimitsOf(order).Apply() : [];
        await TrySendAsync(broker, FrameType.WorkerReady, new WorkerReady(profile.Sha256, survivors, isolation), ProtocolJson.Default.WorkerReady);
        await loop.TakeJobsAsync();
        await loop.LetGoAsync();
        // The session is over; what was read is still delivered where the agent takes it.
        await Task.WhenAll(loop._jobs.Keys).WaitAsync(Limits.LastBytes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    /// <summary>Nothing that a target wrote has been read yet. Native code has all that it needs in memory by now; the runtime's own loads code when it is first used.</summary>
    private static OwnLimits LimitsOf(WorkerProfile order) => new(
        WorkerMemory, TimeSpan.FromSeconds(order.ProcessorSeconds), WorkerDescriptors, FileSize: null, OpensFiles: RuntimeFeature.IsDynamicCodeCompiled, Child: 0);

    private async Task TakeJobsAsync()
    {
        while (await ReceiveAsync(broker) is var (frame, connections))
        {
            switch (frame.Type)
            {
                case FrameType.Job when connections.Length == 2:
                    Track(RunJobAsync(frame.Read(ProtocolJson.Default.Job), connections[0], connections[1]));
                    break;
                case FrameType.CancelJob:
                    await CancelAsync(frame.Read(ProtocolJson.Default.CancelJob).Number);
                    break;
                default:
                    throw new ProtocolException(ErrorCode.UnexpectedFrame, $"the broker sent {frame.Type}");
            }
        }
    }

    /// <returns>Null where the broker is gone. One that is killed before it has read what we sent leaves a reset.</returns>
    private static async Task<(Frame Frame, Stream[] Connections)?> ReceiveAsync(IHandOver broker)
    {
        try
        {
            return await broker.ReceiveAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>A broker that ends a session has stopped its targets before. What still runs has lost its broker, and nobody else would stop it.</summary>
    private async Task LetGoAsync()
    {
        _brokerIsGone = true;
        foreach (ulong number in _running.Keys)
            await CancelAsync(number);
    }

    private async Task RunJobAsync(Job job, Stream target, Stream agent)
    {
        using var cancelled = new CancellationTokenSource();
        _running[job.Number] = cancelled;
        using (target)
        using (agent)
        using (var delivery = new DeliveryWriter(agent, _budget))
        {
            _budget.LimitTo(job.SessionBytes ?? long.MaxValue);
            delivery.LimitTo(job.MaxBytes ?? long.MaxValue, cancelled.Cancel);
            OperationEnd end = await ReadAsync(job, target, delivery, cancelled.Token);
            if (delivery.IsSessionSpent)
                end = end with { Partial = true, Code = ErrorCode.LimitReached, Message = "the session has had the bytes that the role allows" };
            else if (delivery.IsSpent)
                end = end with { Partial = true, Code = ErrorCode.UsedUp, Message = $"the grant's bytes are used up ({job.MaxBytes} were left)" };
            else if (_brokerIsGone && end.Partial)
                end = end with { Code = ErrorCode.BrokerGone, Message = "the broker died, and the process was let go" };
            _running.TryRemove(job.Number, out _);
            // The target is let go; that the agent, or the client behind it, is slow is no longer the broker's concern.
            target.Dispose();
            await TrySendAsync(broker, FrameType.JobEnded, new JobEnded(job.Number, end), ProtocolJson.Default.JobEnded);
            await delivery.EndAsync(end);
        }
    }

    /// <summary>Always comes to an end that can be told: others wait for it, and other jobs go on.</summary>
    private async Task<OperationEnd> ReadAsync(Job job, Stream target, DeliveryWriter delivery, CancellationToken cancellation)
    {
        try
        {
            return job.Kind switch
            {
                JobKind.EventPipe => await EventPipeJob.RunAsync(target, delivery, scrubbers, job.Seal, cancellation),
                JobKind.Environment => await EnvironmentJob.RunAsync(target, delivery, scrubbers, cancellation),
                _ => await ProcessInfoJob.RunAsync(target, delivery, scrubbers, cancellation),
            };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Not its message: that may repeat what was read.
            return new OperationEnd(delivery.Delivered, delivery.Sha256, Partial: true, ErrorCode.Internal, $"the worker failed while it read ({e.GetType().Name})", [], null);
        }
    }

    private async Task CancelAsync(ulong number)
    {
        try
        {
            if (_running.TryGetValue(number, out CancellationTokenSource? job))
                await job.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself just now.
        }
    }

    private void Track(Task job)
    {
        _jobs[job] = 0;
        job.ContinueWith(ended => _jobs.TryRemove(ended, out _), TaskScheduler.Default);
    }

    /// <summary>A broker that is gone is seen where the next frame would come. The agent, and the recording with it, is told of a job's end in any case.</summary>
    private static async Task TrySendAsync<T>(IHandOver broker, FrameType type, T message, JsonTypeInfo<T> json)
    {
        try
        {
            await broker.SendAsync(type, JsonSerializer.SerializeToUtf8Bytes(message, json), [], CancellationToken.None);
        }
        catch (IOException)
        {
            // The broker is gone.
        }
    }
}
