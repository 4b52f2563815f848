using System.Diagnostics;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Interactive;

/// <summary>A host's agent for the screens. The credentials are loaded when they are first needed: the screen does not wait for them.</summary>
internal sealed class AgentRelay(string name, ConnectionSettings settings, string? receipts) : IRelay, IDisposable
{
    private readonly Lock _loading = new();
    private AgentConnector? _connector;

    public string Name => name;

    public string Address => settings.Address.ToString();

    public IReadOnlyList<string> TraceProfiles { get; } = [.. Trace.TraceProfiles.Names];

    public async Task<Knock> KnockAsync(CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        await using AgentConnection connection = await Connector().ConnectAsync(cancellation);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        Hello hello = connection.Hello;
        return new Knock(hello.Host, hello.Version, took, hello.Time - DateTimeOffset.UtcNow);
    }

    public async Task<IRelaySession> OpenAsync(IRelayListener listener, CancellationToken cancellation)
    {
        var heads = HeadsFile.Open(settings.HeadsFile, receipts, DateTimeOffset.UtcNow, listener.OnNotice);
        try
        {
            AgentConnector connector = Connector();
            Func<CancellationToken, Task<Session>> open
                = stop => Session.OpenAsync(connector, settings.Reason, settings.Incident, new Observer(listener, heads), stop, settings.Claim);
            return new AgentRelaySession(await open(cancellation), settings, heads, open);
        }
        catch
        {
            heads.Dispose();
            throw;
        }
    }

    public void Dispose() => _connector?.Credentials.Dispose();

    private AgentConnector Connector()
    {
        lock (_loading)
            return _connector ??= new AgentConnector(settings.Address, ClientCredentials.Load(settings));
    }

    private sealed class Observer(IRelayListener listener, HeadsFile heads) : ISessionObserver
    {
        public void OnNotice(Notice notice) => listener.OnNotice(notice.Message);

        public void OnHead(string session, RecordingHead head)
        {
            heads.Add(HeadsFile.Witness(session, head));
            listener.OnHead();
        }

        public void OnEnd(DebugRelay.Recording.SessionEnd end, byte[] signature) => heads.Add(end, signature);

        public void OnLedgerHead(LedgerNote head) => heads.Add(head);
    }
}
