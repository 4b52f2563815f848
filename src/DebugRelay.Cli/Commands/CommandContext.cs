using System.CommandLine;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands;

/// <summary>What a command does with its session.</summary>
/// <returns>The exit code.</returns>
internal delegate Task<int> SessionWork(Session session, ParseResult parsed, CancellationToken interrupted);

/// <summary>What every command works with.</summary>
internal sealed record CommandContext(Terminal Terminal, ClientSurroundings Surroundings)
{
    // More than a slow handshake makes, and enough to put events into a wrong order.
    private static readonly TimeSpan MuchSkew = TimeSpan.FromSeconds(30);

    /// <summary>Opens a session as the options say, does the work, and closes the session.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">Its connection options.</param>
    /// <param name="work">Gives the exit code.</param>
    /// <param name="interrupted">Ctrl-C.</param>
    public async Task<int> WithSessionAsync(
        ParseResult parsed, ConnectionOptions options, SessionWork work, CancellationToken interrupted)
    {
        return await WithSessionsAsync(parsed, options, async open =>
        {
            await using Session session = await open(interrupted);
            int exitCode = await work(session, parsed, interrupted);
            await session.CloseAsync();
            return exitCode;
        });
    }

    /// <summary>Does work that may need another session when the link breaks.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">Its connection options.</param>
    /// <param name="work">Gets what opens sessions, and gives the exit code. It closes what it opens.</param>
    public async Task<int> WithSessionsAsync(ParseResult parsed, ConnectionOptions options, Func<Func<CancellationToken, Task<Session>>, Task<int>> work)
    {
        ConnectionSettings settings = options.Resolve(parsed, Surroundings);
        using ClientCredentials credentials = ClientCredentials.Load(settings);
        using var heads = HeadsFile.Open(settings.HeadsFile, Surroundings.ReceiptsFolder, DateTimeOffset.UtcNow, warning => Terminal.Error.WriteLine($"note: {Table.Printable(warning)}"));
        var connector = new AgentConnector(settings.Address, credentials);
        return await work(OpenAsync);

        async Task<Session> OpenAsync(CancellationToken cancellation)
        {
            Session session = await Session.OpenAsync(connector, settings.Reason, settings.Incident, new Observer(Terminal, heads), cancellation, settings.Claim);
            TellOfClocks(session.Hello.Time - DateTimeOffset.UtcNow);
            return session;
        }
    }

    /// <summary>Times of events are the host's: whoever compares them with others must know that they differ.</summary>
    private void TellOfClocks(TimeSpan ahead)
    {
        if (ahead.Duration() >= MuchSkew)
            Terminal.Error.WriteLine($"note: the host's clock is {Durations.Show(ahead.Duration())} {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the one here");
    }

    private sealed class Observer(Terminal terminal, HeadsFile heads) : ISessionObserver
    {
        public void OnNotice(Notice notice) => terminal.Error.WriteLine($"note: {Table.Printable(notice.Message)}");

        public void OnHead(string session, RecordingHead head) => heads.Add(HeadsFile.Witness(session, head));

        public void OnEnd(SessionEnd end, byte[] signature) => heads.Add(end, signature);

        public void OnLedgerHead(LedgerNote head) => heads.Add(head);
    }
}
