using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using DebugRelay.Broker.Workers.Windows;
using DebugRelay.Policy.Configuration;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Unix;

namespace DebugRelay.Broker.Workers;

/// <summary>One session's worker: a process of its own that reads what targets send, scrubs it, and writes it to the agent's connection.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private const string Program = "debugrelay-worker";

    private readonly Process _process;
    private readonly IHandOver _link;
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<OperationEnd>> _jobs = new();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WorkerProcess(Process process, IHandOver link, string[] isolation)
    {
        _process = process;
        _link = link;
        Isolation = isolation;
        _ = ReceiveResultsAsync();
    }

    /// <summary>What it is confined by.</summary>
    public string[] Isolation { get; }

    /// <summary>Completes when the process or its connection is gone.</summary>
    public Task Gone => _gone.Task;

    /// <summary>The process id.</summary>
    public int Pid => _process.Id;

    /// <summary>Starts a worker and waits until it has loaded its profile and passed its canaries.</summary>
    /// <param name="profile">What it scrubs with. It is handed over the socket: a worker opens no files.</param>
    /// <param name="number">Which worker of its session it is, from 1.</param>
    /// <param name="life">How long it may be needed. It has as much processor time as one processor gives in that time.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="WorkerException">It did not start, or its scrubber failed its own check.</exception>
    public static async Task<WorkerProcess> StartAsync(HostProfile profile, int number, TimeSpan life, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limits.ProcessStart);
        (Process process, IHandOver link, LostRights rights) = Launch(life);
        try
        {
            byte[] order = JsonSerializer.SerializeToUtf8Bytes(new WorkerProfile(profile.Name, profile.Content, number, (int)life.TotalSeconds + 1), ProtocolJson.Default.WorkerProfile);
            await link.SendAsync(FrameType.WorkerProfile, order, [], limit.Token);
            WorkerReady ready = await ReadyAsync(link, profile, limit.Token);
            return new WorkerProcess(process, link, IsolationLog.Enter(rights, ready.Isolation));
        }
        catch (Exception e)
        {
            link.Dispose();
            await EndAsync(process);
            throw e switch
            {
                WorkerException => e,
                OperationCanceledException when !cancellation.IsCancellationRequested => new WorkerException(ErrorCode.WorkerGone, "the worker did not report for duty in time"),
                OperationCanceledException => e,
                _ => new WorkerException(ErrorCode.WorkerGone, $"the worker could not be started: {e.Message}"),
            };
        }
    }

    /// <summary>Hands a target and the agent's connection to the worker; they stay the caller's where it is gone.</summary>
    /// <returns>Completes with what was delivered.</returns>
    /// <exception cref="WorkerException">The worker is gone.</exception>
    public async Task<OperationEnd> RunAsync(Job job, Stream target, Stream agent, CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource<OperationEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
        _jobs[job.Number] = ended;
        try
        {
            try
            {
                await _link.SendAsync(FrameType.Job, JsonSerializer.SerializeToUtf8Bytes(job, ProtocolJson.Default.Job), [target, agent], cancellation);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                throw new WorkerException(ErrorCode.WorkerGone, "the worker died");
            }
            await Task.WhenAny(ended.Task, Gone);
            return ended.Task.IsCompletedSuccessfully ? await ended.Task : throw new WorkerException(ErrorCode.WorkerGone, "the worker died");
        }
        finally
        {
            _jobs.TryRemove(job.Number, out _);
        }
    }

    /// <summary>Makes the worker let go of a job's target; it then says what it delivered.</summary>
    public async Task CancelAsync(ulong number, string code)
    {
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(new CancelJob(number, code), ProtocolJson.Default.CancelJob);
        try
        {
            await _link.SendAsync(FrameType.CancelJob, message, [], CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _gone.TrySetResult();
        }
    }

    /// <summary>Ends a worker that does not do what it is told.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has been disposed of, which ended it too.
        }
        _gone.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The end of its connection is a worker's order to leave.
        _link.Dispose();
        await EndAsync(_process);
        _gone.TrySetResult();
    }

    private static (Process Process, IHandOver Link, LostRights Rights) Launch(TimeSpan life)
    {
        if (OperatingSystem.IsWindows())
            return ContainedLauncher.Start(Program, life);
        if (!OperatingSystem.IsLinux())
            throw new WorkerException(ErrorCode.WorkerGone, "this operating system cannot confine a worker");
        Launched launched = Launcher.Start(Program, [], "--descriptor");
        return (launched.Process, new DescriptorHandOver(new DescriptorSocket(launched.Socket)), launched.Rights);
    }

    private static async Task<WorkerReady> ReadyAsync(IHandOver link, HostProfile profile, CancellationToken cancellation)
    {
        (Frame frame, _) = await link.ReceiveAsync(cancellation) ?? throw new WorkerException(ErrorCode.WorkerGone, "the worker ended at once");
        if (frame.Type == FrameType.Refused)
            throw new WorkerException(ErrorCode.ScrubberFailed, frame.ReadRefused().Message);
        if (frame.Type != FrameType.WorkerReady)
            throw new WorkerException(ErrorCode.WorkerGone, $"the worker began with {frame.Type}");
        WorkerReady ready = frame.Read(ProtocolJson.Default.WorkerReady);
        if (ready.SurvivingCanaries.Length > 0)
            throw new WorkerException(ErrorCode.ScrubberFailed, $"the scrubber let its canary through: {string.Join(", ", ready.SurvivingCanaries)}");
        if (ready.ProfileSha256 != profile.Sha256)
            throw new WorkerException(ErrorCode.ScrubberFailed, $"the worker did not load the profile {profile.Name} that it was given");
        return ready;
    }

    private async Task ReceiveResultsAsync()
    {
        try
        {
            while (await _link.ReceiveAsync(CancellationToken.None) is var (frame, connections))
            {
                Array.ForEach(connections, c => c.Dispose());
                if (frame.Type != FrameType.JobEnded)
                    break;
                JobEnded ended = frame.Read(ProtocolJson.Default.JobEnded);
                if (_jobs.TryGetValue(ended.Number, out TaskCompletionSource<OperationEnd>? job))
                    job.TrySetResult(ended.End);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or ProtocolException or OperationCanceledException)
        {
            // Whatever it was, this worker is of no more use.
        }
        _gone.TrySetResult();
    }

    private static async Task EndAsync(Process process)
    {
        using (process)
        {
            using var patience = new CancellationTokenSource(Limits.LastBytes + TimeSpan.FromSeconds(1));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }
}

/// <summary>A worker is not there, or must not be used.</summary>
internal sealed class WorkerException(string code, string message) : Exception(message)
{
    /// <summary>One of <see cref="ErrorCode"/>.</summary>
    public string Code { get; } = code;
}
