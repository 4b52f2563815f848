using System.Net.Sockets;
using System.Runtime.Versioning;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Unix;

namespace DebugRelay.Broker.Targets;

/// <summary>
/// Processes that call us: those started with `DOTNET_DiagnosticPorts=PATH,nosuspend` (or `suspend`) connect to our socket instead of being looked for, from
/// containers that share nothing else with us and before their own code runs. A connection takes one command; the runtime then makes the next.
/// </summary>
/// <param name="path">Where we listen.</param>
/// <param name="hold">How long a process that waits at its start may be left waiting for a trace; zero: not at all.</param>
/// <param name="resume">Tells a process to go on, over a connection of its own.</param>
[SupportedOSPlatform("linux")]
internal sealed class CallingTargets(string path, TimeSpan hold, Action<Stream, int> resume) : IDisposable
{
    /// <summary>"ADVR_V1\0", a cookie of 16 bytes, the pid as the process sees itself (8), 2 for later use. Who it is the kernel says.</summary>
    private const int AdvertisementBytes = 34;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly SemaphoreSlim _greeting = new(Limits.CallersGreeted);
    private readonly Dictionary<(int Pid, ulong StartTime), Caller> _callers = [];

    private static ReadOnlySpan<byte> Magic => "ADVR_V1\0"u8;

    /// <summary>Listens. Everybody may call: who calls can be looked into by those who may, and nothing else.</summary>
    /// <exception cref="SocketException">There is no place for it.</exception>
    public void Listen()
    {
        File.Delete(path);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        _listener.Listen(64);
    }

    /// <summary>Takes calls until told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await _greeting.WaitAsync(cancellation);
                _ = GreetAsync(await AcceptAsync(cancellation), cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                BrokerLog.Error($"no call of a process could be taken ({e.SocketErrorCode})");
                await Task.Delay(Pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>The processes that have called and are there.</summary>
    public IReadOnlyList<UnixEndpoint> FindAll()
    {
        Caller[] all;
        lock (_callers)
            all = [.. _callers.Values];
        return [.. all.Where(IsThere).Select(c => new UnixEndpoint(path, c.Process) { Port = this, FolderInTarget = "/tmp" })];
    }

    /// <summary>The process with this pid and start time, where it has called.</summary>
    public UnixEndpoint? Find(int pid, ulong startTime) => FindAll().FirstOrDefault(e => e.Process.Pid == pid && e.Process.StartTime == startTime);

    /// <summary>A connection to a process: the one that waits, or the next that it makes.</summary>
    /// <exception cref="TargetException">It makes none.</exception>
    public Stream Take(TargetProcess process)
    {
        Caller? caller;
        lock (_callers)
            caller = _callers.GetValueOrDefault((process.Pid, process.StartTime));
        return caller?.Take(Limits.TargetAnswer) is { } socket ? new NetworkStream(socket, ownsSocket: true) : throw new TargetException(ErrorCode.TargetFailed, $"process {process.Pid} does not call any more");
    }

    /// <summary>A trace of this process has begun: where it waits at its start, it goes on.</summary>
    public void Began(TargetProcess process)
    {
        Caller? caller;
        lock (_callers)
            caller = _callers.GetValueOrDefault((process.Pid, process.StartTime));
        if (caller is not null)
            Resume(caller);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(path);
        lock (_callers)
        {
            foreach (Caller caller in _callers.Values)
                caller.Dispose();
            _callers.Clear();
        }
    }

    private async Task GreetAsync(Socket socket, CancellationToken cancellation)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Limits.TargetAnswer);
            byte[] advertisement = new byte[AdvertisementBytes];
            for (int have = 0; have < advertisement.Length;)
            {
                int got = await socket.ReceiveAsync(advertisement.AsMemory(have), limit.Token);
                if (got == 0)
                    throw new IOException("it said nothing");
                have += got;
            }
            if (!advertisement.AsSpan().StartsWith(Magic) || ProcessFacts.Read(PeerCredentials.Of(socket).Pid) is not { } process || !Enter(process, socket))
                socket.Dispose();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            socket.Dispose();
        }
        finally
        {
            _greeting.Release();
        }
    }

    private async Task<Socket> AcceptAsync(CancellationToken cancellation)
    {
        try
        {
            return await _listener.AcceptAsync(cancellation);
        }
        catch
        {
            _greeting.Release();
            throw;
        }
    }

    /// <returns>False where there is no room.</returns>
    private bool Enter(TargetProcess process, Socket socket)
    {
        Caller? caller;
        bool isNew = false;
        lock (_callers)
        {
            if (!_callers.TryGetValue((process.Pid, process.StartTime), out caller))
            {
                foreach (Caller gone in _callers.Values.Where(c => !IsThere(c)).ToArray())
                {
                    _callers.Remove((gone.Process.Pid, gone.Process.StartTime));
                    gone.Dispose();
                }
                if (_callers.Count >= Limits.Callers)
                    return false;
                _callers[(process.Pid, process.StartTime)] = caller = new Caller(process);
                isNew = true;
            }
        }
        socket.SendTimeout = socket.ReceiveTimeout = (int)Limits.TargetAnswer.TotalMilliseconds;
        caller.Offer(socket);
        if (isNew)
            _ = ResumeLaterAsync(caller);
        return true;
    }

    /// <summary>Nobody waits for an engineer who does not come. Who was started with `nosuspend` does not wait, and is told all the same: it makes no difference.</summary>
    private async Task ResumeLaterAsync(Caller caller)
    {
        await Task.Delay(hold);
        await Task.Factory.StartNew(() => Resume(caller), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void Resume(Caller caller)
    {
        if (!caller.TryResume())
            return;
        try
        {
            using Stream connection = Take(caller.Process);
            resume(connection, caller.Process.Pid);
        }
        catch (Exception e) when (e is TargetException or IOException or ObjectDisposedException)
        {
            if (IsThere(caller))
                BrokerLog.Error($"process {caller.Process.Pid} could not be told to go on: {e.Message}");
        }
    }

    private static bool IsThere(Caller caller) => ProcessFacts.StartTime(caller.Process.Pid) == caller.Process.StartTime;

    /// <summary>One process and the connection that it has open.</summary>
    private sealed class Caller(TargetProcess process) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly SemaphoreSlim _offered = new(0);
        private Socket? _waiting;
        private int _resumed;

        public TargetProcess Process => process;

        public bool TryResume() => Interlocked.Exchange(ref _resumed, 1) == 0;

        public void Offer(Socket socket)
        {
            lock (_lock)
            {
                _waiting?.Dispose();
                _waiting = socket;
            }
            _offered.Release();
        }

        public Socket? Take(TimeSpan patience)
        {
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            while (true)
            {
                lock (_lock)
                {
                    if (_waiting is { } waiting)
                    {
                        _waiting = null;
                        // One that has something to say before it was asked is closed, or none of a runtime's.
                        if (!waiting.Poll(0, SelectMode.SelectRead))
                            return waiting;
                        waiting.Dispose();
                    }
                }
                TimeSpan left = patience - System.Diagnostics.Stopwatch.GetElapsedTime(start);
                if (left <= TimeSpan.Zero || !_offered.Wait(left))
                    return null;
            }
        }

        public void Dispose()
        {
            lock (_lock)
                _waiting?.Dispose();
            _offered.Dispose();
        }
    }
}
