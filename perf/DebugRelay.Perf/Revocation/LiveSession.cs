using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;

namespace DebugRelay.Perf.Revocation;

/// <summary>When a session's end arrived, as timestamps of <see cref="Stopwatch"/>.</summary>
/// <param name="Told">The control connection's last word.</param>
/// <param name="Stream">The stream's last word; null where nothing was read.</param>
internal sealed record Ends(long Told, long? Stream);

/// <summary>An engineer's session, and what he reads in it.</summary>
internal sealed class LiveSession(RawSession session) : IAsyncDisposable
{
    private RawClient? _reading;

    public string Id => session.Opened.Session;

    public bool IsReading => _reading is not null;

    public static async Task<LiveSession> OpenAsync(int port, X509Certificate2 certificate) => new(await RawSession.OpenAsync(port, certificate, CancellationToken.None));

    /// <summary>Begins to read live counters of a process.</summary>
    public Task ReadCountersAsync(int pid) => ReadAsync("counters", pid, new EventProvider("System.Runtime", 0, 0, "EventCounterIntervalSec=1"), null);

    /// <summary>Begins to trace a process, under a grant.</summary>
    public Task TraceAsync(int pid, GrantFiles grant) => ReadAsync("trace", pid, new EventProvider("DebugRelay-Sample-Shop", ulong.MaxValue, 5), grant);

    /// <summary>Kills another session.</summary>
    public async Task KillAsync(string id)
    {
        await using RawClient kill = await session.SendAsync(session.Sign(session.Request("session.kill") with { Kill = id }), CancellationToken.None);
        await kill.Reader.ExpectAsync(FrameType.Accepted, CancellationToken.None);
    }

    /// <summary>Waits until what is read flows: the stream's beginning and the first of its events have arrived.</summary>
    public async Task FlowsAsync()
    {
        for (int frames = 0; frames < 3; frames++)
            await UntilAsync(_reading!, FrameType.Data);
    }

    /// <summary>Waits until both have come to their end.</summary>
    public async Task<Ends> EndedAsync()
    {
        Task<long> told = UntilAsync(session.Control, FrameType.SessionClosed);
        long? stream = _reading is null ? null : await StreamEndedAsync();
        return new Ends(await told, stream);
    }

    /// <summary>Waits for the stream's end alone.</summary>
    public Task<long> StreamEndedAsync() => UntilAsync(_reading!, FrameType.Refused, FrameType.End);

    public async ValueTask DisposeAsync()
    {
        if (_reading is not null)
            await _reading.DisposeAsync();
        await session.DisposeAsync();
    }

    private async Task ReadAsync(string operation, int pid, EventProvider provider, GrantFiles? grant)
    {
        var target = new TargetProcess(pid, HostProcesses.StartTimeOf(pid), "", "", default);
        var parameters = new EventPipeParameters { Providers = [provider], BufferMegabytes = 1, Rundown = false };
        OpenOperation open = session.Sign(session.Request(operation, target, parameters) with { Grant = grant?.Sha256 });
        if (grant is not null)
            open = open with { Grant = new SignedGrant(grant.Document.ToArray(), grant.Signatures.ToArray()) };
        _reading = await session.SendAsync(open, CancellationToken.None);
        await _reading.Reader.ExpectAsync(FrameType.Accepted, CancellationToken.None);
    }

    private static async Task<long> UntilAsync(RawClient client, params FrameType[] last)
    {
        while (await client.Reader.ReadAsync(CancellationToken.None) is { } frame)
        {
            if (frame.Type == FrameType.End && !frame.Read(ProtocolJson.Default.OperationEnd).Partial)
                throw new InvalidOperationException("a stream ended as if nothing had happened");
            if (last.Contains(frame.Type))
                return Stopwatch.GetTimestamp();
        }
        throw new InvalidOperationException($"a connection ended without {last[0]}");
    }
}
