using DebugRelay.Fleet;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Shipper.Fleet;

/// <summary>`fleet` in shipper.json: the bus, and what this host is on it.</summary>
/// <param name="Servers">`HOST:PORT`, one or more.</param>
/// <param name="Ca">The CA of the servers' certificates, PEM.</param>
/// <param name="Certificate">Ours, PEM, with a SPIFFE id; it is read again at each connection.</param>
/// <param name="Key">Its key.</param>
/// <param name="Agent">`agent.json` of this host: its name, and where its agent and broker look for deny list and policy.</param>
/// <param name="Prefix">What the fleet's names begin with.</param>
/// <param name="Labels">What the host is called by.</param>
/// <param name="Address">What engineers connect to, `HOST:PORT`; null: the host's name with the agent's port.</param>
/// <param name="Seconds">Between two heartbeats.</param>
/// <param name="PolicySigners">Identities who may sign policies; empty: no policy is taken from the bus.</param>
/// <param name="Cut">What happens when the bus cannot be asked: `carry-on` with what lies there, or `stop`, by the kill file.</param>
/// <param name="CutAfter">Seconds without an answer until then.</param>
internal sealed record FleetConfiguration(
    string[] Servers, string Ca, string Certificate, string Key, string Agent, string Prefix = FleetNames.DefaultPrefix, Dictionary<string, string>? Labels = null, string? Address = null,
    int Seconds = 15, string[]? PolicySigners = null, string Cut = FleetConfiguration.CarryOn, int CutAfter = 600)
{
    public const string CarryOn = "carry-on", Stop = "stop";

    public FleetConfiguration In(string folder) => this with
    {
        Ca = Path.Combine(folder, Ca), Certificate = Path.Combine(folder, Certificate), Key = Path.Combine(folder, Key), Agent = Path.Combine(folder, Agent),
    };

    /// <summary>Between two looks at the documents' bucket: several within the time after which a strict host stops, or one that is served well would stop between two.</summary>
    public TimeSpan Poll => Cut == Stop && TimeSpan.FromSeconds(CutAfter) / 4 is var often && often < Limits.FleetPoll ? often : Limits.FleetPoll;

    /// <summary>What it asks for that cannot be; null: nothing.</summary>
    public string? Problem() => this switch
    {
        { Servers: [] } => "servers names none",
        { Seconds: < Limits.LeastSeconds or > Limits.MostSeconds } => $"seconds is to be from {Limits.LeastSeconds} to {Limits.MostSeconds}",
        { Cut: not (CarryOn or Stop) } => $"cut: \"{Cut}\" is not known; it is \"{CarryOn}\" or \"{Stop}\"",
        { CutAfter: < 5 or > 30 * 86400 } => "cutAfter is to be from 5 seconds to 30 days",
        { Labels.Count: > FleetLimits.Labels } => $"labels: more than {FleetLimits.Labels}",
        _ when (Labels ?? []).Any(label => label.Key.Length + label.Value.Length > FleetLimits.NameCharacters || label.Key.Contains('=', StringComparison.Ordinal)) => $"labels: one has more than {FleetLimits.NameCharacters} characters, or a '=' in its name",
        _ => null,
    };

    /// <exception cref="ShipperException">A pattern is none.</exception>
    public IReadOnlyList<IdentityPattern> ReadPolicySigners()
        => [.. (PolicySigners ?? []).Select(text => IdentityPattern.TryParse(text, out string problem) ?? throw new ShipperException($"fleet: policySigners: \"{text}\" {problem}"))];

    /// <exception cref="ShipperException">The agent's configuration cannot be used.</exception>
    public HostConfiguration LoadAgent()
    {
        try
        {
            HostConfiguration agent = HostConfiguration.Load(Agent);
            return Cut == Stop && agent.KillFile is null
                ? throw new ShipperException($"fleet: cut is \"{Stop}\", but {Agent} names no killFile to stop the host by")
                : agent;
        }
        catch (ConfigurationException e)
        {
            throw new ShipperException($"fleet: {e.Message}", e);
        }
    }
}
