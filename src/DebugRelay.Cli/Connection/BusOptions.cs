using System.CommandLine;
using DebugRelay.Cli.Failures;
using DebugRelay.Fleet;

namespace DebugRelay.Cli.Connection;

/// <summary>How a command reaches the bus of a fleet.</summary>
internal sealed class BusOptions
{
    /// <summary>How long a command waits for a bus that does not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long the first connection waits for those to other servers: several handshakes.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);

    private readonly Option<string> _servers = new("--bus") { HelpName = "HOST:PORT,…", Description = "The servers of the fleet's bus (DEBUGRELAY_BUS)" };
    private readonly Option<string> _ca = new("--bus-ca") { HelpName = "FILE", Description = "The CA of the bus, PEM; the agents' CA if left out (DEBUGRELAY_BUS_CA)" };
    private readonly Option<string> _prefix = new("--bus-prefix") { HelpName = "NAME", Description = "What the fleet's names on the bus begin with (DEBUGRELAY_BUS_PREFIX)" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_servers, _ca, _prefix])
            command.Options.Add(option);
    }

    /// <summary>Whether one is named anywhere.</summary>
    public bool IsGiven(ParseResult parsed, ClientSurroundings surroundings) => Servers(parsed, surroundings, surroundings.LoadConfiguration()) is not null;

    /// <summary>Connects, with the engineer's own certificate.</summary>
    /// <exception cref="UsageException">Something is missing or wrong.</exception>
    /// <exception cref="ConnectionException">The bus does not take the connection.</exception>
    public Task<FleetBus> ConnectAsync(ParseResult parsed, ConnectionOptions connection, ClientSurroundings surroundings, CancellationToken cancellation)
        => ConnectAsync(Settings(parsed, connection, surroundings), cancellation);

    /// <summary>Connects to each server that is named, as far as they are there: what must be told now does not wait for one that dies.</summary>
    /// <exception cref="UsageException">Something is missing or wrong.</exception>
    /// <exception cref="ConnectionException">None takes the connection.</exception>
    public async Task<IReadOnlyList<FleetBus>> ConnectToEachAsync(ParseResult parsed, ConnectionOptions connection, ClientSurroundings surroundings, CancellationToken cancellation)
    {
        FleetSettings settings = Settings(parsed, connection, surroundings);
        Task<FleetBus>[] connecting = [.. settings.Servers.Select(server => ConnectAsync(settings with { Servers = [server] }, cancellation))];
        // The first that stands gives the others a moment: who throws the switch does not wait for a server that is not there.
        await Task.WhenAny(Task.WhenAll(connecting), AnyAsync(connecting)).ConfigureAwait(false);
        FleetBus[] standing = [.. connecting.Where(each => each.IsCompletedSuccessfully).Select(each => each.Result)];
        foreach (Task<FleetBus> late in connecting.Where(each => !each.IsCompletedSuccessfully))
            _ = late.ContinueWith(each => each.IsCompletedSuccessfully ? each.Result.DisposeAsync().AsTask() : Task.FromException(each.Exception ?? new AggregateException()), TaskScheduler.Default).Unwrap().ContinueWith(each => each.Exception, TaskScheduler.Default);
        return standing.Length > 0 ? standing : [await connecting[0]];
    }

    private static async Task AnyAsync(Task<FleetBus>[] connecting)
    {
        var left = connecting.ToList();
        while (left.Count > 0)
        {
            Task<FleetBus> done = await Task.WhenAny(left).ConfigureAwait(false);
            left.Remove(done);
            if (!done.IsCompletedSuccessfully)
                continue;
            await Task.WhenAny(Task.WhenAll(left), Task.Delay(Moment)).ConfigureAwait(false);
            return;
        }
    }

    private FleetSettings Settings(ParseResult parsed, ConnectionOptions connection, ClientSurroundings surroundings)
    {
        ClientConfiguration configuration = surroundings.LoadConfiguration();
        IReadOnlyList<string> servers = Servers(parsed, surroundings, configuration) ?? throw new UsageException("no bus is given", "give --bus HOST:PORT, set DEBUGRELAY_BUS, or name it in ~/.config/debugrelay/config.json as fleet.servers");
        string ca = parsed.GetValue(_ca) ?? surroundings.Variable("BUS_CA") ?? configuration.Fleet?.Ca ?? connection.ResolveCa(parsed, surroundings);
        string prefix = parsed.GetValue(_prefix) ?? surroundings.Variable("BUS_PREFIX") ?? configuration.Fleet?.Prefix ?? FleetNames.DefaultPrefix;
        (string certificateFile, string keyFile) = connection.ResolveSigner(parsed, surroundings);
        try
        {
            var names = new FleetNames(prefix);
            (System.Security.Cryptography.X509Certificates.X509Certificate2 certificate, System.Security.Cryptography.X509Certificates.X509Certificate2Collection chain) =
                CredentialFile.Load(certificateFile, keyFile, surroundings.AskPassphrase);
            var login = new FleetLogin(certificate, chain);
            return new FleetSettings(servers, ca, names, () => login);
        }
        catch (FleetException error)
        {
            throw new UsageException($"the bus cannot be reached so: {error.Message}", "see docs/fleet.md", error);
        }
    }

    private static async Task<FleetBus> ConnectAsync(FleetSettings settings, CancellationToken cancellation)
    {
        try
        {
            return await FleetBus.ConnectAsync(settings, "debugrelay", Patience, cancellation);
        }
        catch (FleetException error)
        {
            throw new ConnectionException(error.Message, "see docs/fleet.md: the bus must have a user for your certificate's SPIFFE id", error);
        }
    }

    private string[]? Servers(ParseResult parsed, ClientSurroundings surroundings, ClientConfiguration configuration)
        => (parsed.GetValue(_servers) ?? surroundings.Variable("BUS")) is { Length: > 0 } given ? given.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : configuration.Fleet?.Servers is { Length: > 0 } configured ? configured : null;
}
