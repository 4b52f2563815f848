using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DebugRelay.Fleet;
using DebugRelay.Policy.Configuration;
using DebugRelay.Recording;
using DebugRelay.Shipper.Siem;

namespace DebugRelay.Shipper.Fleet;

/// <summary>This host in its fleet: heartbeats, documents, acknowledgements. While the bus is away the host works on alone.</summary>
internal sealed class FleetMember : IAsyncDisposable
{
    private readonly FleetConfiguration _configuration;
    private readonly HostConfiguration _agent;
    private readonly DocumentKeeper _documents;
    private readonly CutGuard? _guard;
    private readonly AgentPage? _page;
    private readonly TextWriter _log;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _beat = new(0), _poll = new(0);
    private readonly ConcurrentDictionary<string, Acknowledgement> _said = new(StringComparer.Ordinal);
    private readonly LedgerCourier[] _couriers;
    private string? _problem;

    private FleetMember(FleetConfiguration configuration, HostConfiguration agent, DocumentKeeper documents, FleetBus bus, LedgerCourier[] couriers, TextWriter log, TimeProvider time)
    {
        (_configuration, _agent, _documents, Bus, _couriers, _log, _time) = (configuration, agent, documents, bus, couriers, log, time);
        _guard = configuration.Cut == FleetConfiguration.Stop ? new CutGuard(agent, TimeSpan.FromSeconds(configuration.CutAfter), log, time) : null;
        _page = agent.Metrics is { } page ? new AgentPage(page) : null;
        bus.Connected += () =>
        {
            _beat.Release();
            _poll.Release();
        };
    }

    /// <summary>The connection.</summary>
    public FleetBus Bus { get; }

    /// <summary>The host's name.</summary>
    public string Host => _agent.Host;

    /// <exception cref="ShipperException">The configuration, or what was kept, cannot be used.</exception>
    public static FleetMember Create(FleetConfiguration configuration, StateFolder state, TextWriter log, TimeProvider time)
    {
        HostConfiguration agent = configuration.LoadAgent();
        var documents = new DocumentKeeper(agent, configuration.ReadPolicySigners(), state, time);
        try
        {
            FleetNames.Token(agent.Host);
            FleetSettings settings = FleetSettings.FromFiles(configuration.Servers, configuration.Ca, new FleetNames(configuration.Prefix), configuration.Certificate, configuration.Key);
            FleetBus bus = FleetBus.Create(settings, agent.Host);
            LedgerCourier[] couriers = [.. new[] { LedgerNames.Agent, LedgerNames.Broker }.Select(role => new LedgerCourier(LedgerNames.Folder(agent.State, role), role, agent.Host, new Cursor(state, "fleet-ledger", role), bus, log, time))];
            var member = new FleetMember(configuration, agent, documents, bus, couriers, log, time);
            // Before anybody says that we run: who starts the agent after us starts it closed.
            member._guard?.Judge(documents.Confirmed);
            return member;
        }
        catch (FleetException e)
        {
            throw new ShipperException($"fleet: {e.Message}", e);
        }
    }

    /// <summary>Until it is stopped.</summary>
    public Task RunAsync(CancellationToken stop)
    {
        Bus.Start();
        return Task.WhenAll([ForeverAsync(ListenAsync, stop), ForeverAsync(PollAsync, stop), ForeverAsync(BeatAsync, stop), GuardAsync(stop), .. _couriers.Select(courier => courier.RunAsync(stop))]);
    }

    public async ValueTask DisposeAsync()
    {
        _page?.Dispose();
        await Bus.DisposeAsync();
        _beat.Dispose();
        _poll.Dispose();
    }

    private async Task ForeverAsync(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await work(stop);
            }
            catch (Exception e) when (e is FleetException or StateException)
            {
                await TellAsync(e.Message);
                await Task.Delay(Limits.FleetRetry, _time, stop);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stop)
    {
        await foreach ((string _, byte[] data) in Bus.ListenAsync(Bus.Names.AllDocuments, stop))
        {
            if (FleetDocument.Parse(data) is { } document)
                await TakeAsync(document, stop);
        }
    }

    /// <summary>What was missed is in the bucket; it is read when the connection stands, and in turn.</summary>
    private async Task PollAsync(CancellationToken stop)
    {
        foreach (string kind in DocumentKinds.All)
        {
            StoredMessage? stored = await Bus.ReadLastAsync(Bus.Names.DocumentStream, Bus.Names.StoredDocument(kind), stop);
            if (stored is not null && FleetDocument.Parse(stored.Data) is { } document && document.Kind == kind)
                await TakeAsync(document, stop);
        }
        _documents.Confirm();
        _guard?.Judge(_documents.Confirmed);
        await TellAsync(null);
        // Not all hosts at once.
        await _poll.WaitAsync(_configuration.Poll * (0.75 + (Random.Shared.NextDouble() / 2)), stop);
    }

    private async Task TakeAsync(FleetDocument document, CancellationToken stop)
    {
        ulong before = _documents.Version(document.Kind);
        if (_documents.Take(document) is not { } said)
            return;
        if (said.State == DocumentStates.Refused && (!_said.TryGetValue(said.Kind, out Acknowledgement? last) || last != said))
            await _log.WriteLineAsync($"fleet: {said.Kind} version {said.Version} is refused: {said.Problem}");
        bool isNew = said.State != DocumentStates.Refused && said.Version != before;
        if (isNew)
            await _log.WriteLineAsync($"fleet: {said.Kind} version {said.Version} is written");
        await SayAsync(said, stop);
        if (isNew && said is { Kind: DocumentKinds.Deny, State: DocumentStates.Written })
            _ = FollowAsync(said, stop);
    }

    /// <summary>Agent and broker take a list a tenth of a second after it lies still; that is what who sent it wants to know.</summary>
    private async Task FollowAsync(Acknowledgement written, CancellationToken stop)
    {
        try
        {
            for (long start = _time.GetTimestamp(); _time.GetElapsedTime(start) < Limits.FleetInForce; await Task.Delay(Limits.FleetLook, _time, stop))
            {
                if (_documents.State(written.Kind, written.Version) == DocumentStates.InForce)
                {
                    await SayAsync(written with { State = DocumentStates.InForce }, stop);
                    return;
                }
            }
        }
        catch (Exception e) when (e is FleetException or OperationCanceledException or ObjectDisposedException)
        {
            // The next heartbeat says it.
        }
    }

    private async Task SayAsync(Acknowledgement said, CancellationToken stop)
    {
        bool isNews = !_said.TryGetValue(said.Kind, out Acknowledgement? last) || last != said;
        _said[said.Kind] = said;
        if (isNews)
            _beat.Release();
        // Without a connection a word would be waited with, and the next telling with it; who sends tells until he has heard.
        if (Bus.IsConnected)
            await Bus.TellAsync(Bus.Names.Acknowledgement(said.Kind, Host), said.ToUtf8(), stop);
    }

    private async Task BeatAsync(CancellationToken stop)
    {
        while (_beat.Wait(0, CancellationToken.None))
        {
            // One heartbeat serves all who asked for it.
        }
        await Bus.StoreAsync(Bus.Names.Presence(Host), (await DescribeAsync(stop)).ToUtf8(), null, stop);
        await _beat.WaitAsync(TimeSpan.FromSeconds(_configuration.Seconds), stop);
    }

    private async Task<HostRecord> DescribeAsync(CancellationToken stop) => new(
        Host, _time.GetUtcNow(), _configuration.Seconds, typeof(FleetMember).Assembly.GetName().Version?.ToString(3) ?? "?", Address(), await HealthAsync(stop), DotNetProcesses.Find(),
        _configuration.Labels ?? [], DocumentKinds.All.Select(kind => (kind, State: StateOf(kind))).Where(each => each.State is not null).ToDictionary(each => each.kind, each => each.State!),
        _couriers.Where(courier => courier.Progress is not null).ToDictionary(courier => courier.Role, courier => courier.Progress!));

    private DocumentState? StateOf(string kind)
    {
        ulong version = _documents.Version(kind);
        string? problem = _said.TryGetValue(kind, out Acknowledgement? said) && said.State == DocumentStates.Refused ? $"version {said.Version}: {said.Problem}" : null;
        return version == 0 && problem is null ? null : new DocumentState(version, version == 0 ? DocumentStates.Refused : _documents.State(kind, version), problem);
    }

    private string Address()
        => _configuration.Address ?? string.Create(CultureInfo.InvariantCulture, $"{Host}:{(IPEndPoint.TryParse(_agent.Listen[0], out IPEndPoint? listen) ? listen.Port : 0)}");

    /// <summary>By the agent's own word where it tells (`metrics`), else by whether something listens at its address.</summary>
    private async Task<HostHealth> HealthAsync(CancellationToken stop)
    {
        try
        {
            if (_page is not null)
                return await _page.ReadProblemAsync(stop) is { } problem ? new HostHealth(false, problem) : new HostHealth(true, null);
            using var socket = new TcpClient();
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(Limits.Send);
            IPEndPoint listen = IPEndPoint.Parse(_agent.Listen[0]);
            await socket.ConnectAsync(listen.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : listen.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : listen.Address, listen.Port, patience.Token);
            return new HostHealth(true, null);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return new HostHealth(false, "no agent answers");
        }
    }

    private async Task GuardAsync(CancellationToken stop)
    {
        if (_guard is null)
            return;
        using var timer = new PeriodicTimer(Limits.FleetGuard, _time);
        while (await timer.WaitForNextTickAsync(stop))
            _guard.Judge(_documents.Confirmed);
    }

    /// <summary>Once when it begins and once when it is over; a bus that is away for a night is no page of log.</summary>
    private async Task TellAsync(string? problem)
    {
        string? before = Interlocked.Exchange(ref _problem, problem);
        if (problem is not null && before is null)
            await _log.WriteLineAsync($"fleet: {problem}; this host works on alone until the bus is back");
        else if (problem is null && before is not null)
            await _log.WriteLineAsync("fleet: the bus is back");
    }
}
