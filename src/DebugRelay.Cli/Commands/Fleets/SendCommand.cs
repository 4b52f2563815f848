using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DebugRelay.Cli.Commands.Access;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Fleet;
using DebugRelay.Policy;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Revocation;

namespace DebugRelay.Cli.Commands.Fleets;

/// <summary>`fleet send`, `fleet status` and `fleet policy`: documents for all hosts, and who has them.</summary>
internal static class SendCommand
{
    private static readonly TimeSpan LongestTelling = TimeSpan.FromMinutes(10);

    public static Command Send(CommandContext context)
    {
        Argument<string> file = new("FILE") { Description = "A deny list (deny.json) or a policy from `fleet policy`; its signature lies beside it as .p7s" };
        Option<string> duration = new("--for") { HelpName = "TIME", Description = "How long to tell it to hosts that do not acknowledge; 8s if left out" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("send", "Send a signed deny list or policy to all hosts, and show who has not acknowledged it") { file, duration, json };
        var reach = new FleetCommand.Reach(context, command);
        command.SetAction(async (parsed, interrupted) =>
        {
            FleetDocument document = Load(parsed.GetRequiredValue(file));
            TimeSpan time = parsed.GetValue(duration) is { } given ? Durations.Parse(given) : FleetLimits.Tell;
            if (time > LongestTelling)
                throw new UsageException($"{Durations.Show(time)} is longer than {Durations.Show(LongestTelling)}", "hosts that are away find the document in its bucket");
            IReadOnlyList<FleetBus> buses = await reach.ConnectToEachAsync(parsed, interrupted);
            try
            {
                IReadOnlyList<string> hosts = await HostsAsync(context.Terminal, buses[0], interrupted);
                SentDocument sent = await FleetFailures.AsOurs(() => DocumentSender.SendAsync(buses, document, hosts, time, interrupted));
                return Report(context.Terminal, document, hosts, sent, parsed.GetValue(json));
            }
            finally
            {
                foreach (FleetBus bus in buses)
                    await bus.DisposeAsync();
            }
        });
        return command;
    }

    public static Command Status(CommandContext context)
    {
        Option<bool> json = CommonOptions.Json();
        var command = new Command("status", "Show which hosts have the newest deny list and policy, and which do not") { json };
        var reach = new FleetCommand.Reach(context, command);
        command.SetAction(async (parsed, interrupted) =>
        {
            await using FleetBus bus = await reach.ConnectAsync(parsed, interrupted);
            IReadOnlyList<SeenHost> hosts = await FleetList.ReadAsync(bus, interrupted);
            bool behind = false;
            foreach (string kind in DocumentKinds.All)
            {
                StoredMessage? stored = await FleetFailures.AsOurs(() => bus.ReadLastAsync(bus.Names.DocumentStream, bus.Names.StoredDocument(kind), interrupted));
                ulong version = stored is not null && FleetDocument.Parse(stored.Data) is { } document ? document.ReadVersion() : 0;
                DocumentReport report = Compare(kind, version, hosts);
                behind |= report.Hosts.Count > 0;
                context.Terminal.Output.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(report, OutputJson.Default.DocumentReport) : Line(report));
                foreach (MissingHost missing in parsed.GetValue(json) ? [] : report.Hosts)
                    context.Terminal.Output.WriteLine($"  {Table.Printable(missing.Host)}: {Table.Printable(missing.Why)}");
            }
            return behind ? ExitCode.Found : ExitCode.Done;
        });
        return command;
    }

    public static Command Policy(CommandContext context)
    {
        Argument<string> file = new("POLICY") { Description = "A policy.json" };
        Option<ulong> version = new("--version") { HelpName = "N", Description = "Its version, higher than the last that was sent", Required = true };
        Option<string> output = new("-o", "--output") { HelpName = "FILE", Description = "Where to write it; its signature lies beside it as .p7s", Required = true };
        Option<bool> force = CommonOptions.Force();
        var signer = new ApproverOptions();
        var command = new Command("policy", "Make a policy with a version, signed, for `fleet send`") { file, version, output, force };
        signer.AddTo(command);
        command.SetAction(parsed =>
        {
            using SigningCertificate by = signer.Load(parsed, context.Surroundings);
            string path = parsed.GetRequiredValue(output), signaturePath = Path.ChangeExtension(path, DenySignature.Extension);
            if (!parsed.GetValue(force) && (File.Exists(path) || File.Exists(signaturePath)))
                throw new UsageException($"{path} or {signaturePath} exists", "give another -o, or --force");
            byte[] content;
            try
            {
                content = PolicyBundle.Write(parsed.GetRequiredValue(version), File.ReadAllText(parsed.GetRequiredValue(file), Encoding.UTF8));
            }
            catch (DocumentException error)
            {
                throw new UsageException($"{parsed.GetRequiredValue(file)} is no policy for a fleet: {error.Message}", "see `debugrelay policy check`", error);
            }
            File.WriteAllBytes(signaturePath, DetachedSignature.Sign(content, ReadOnlyMemory<byte>.Empty, by.Certificate, by.Intermediates));
            File.WriteAllBytes(path, content);
            context.Terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Table.Printable(path)}: policy version {parsed.GetValue(version)}, signed by {Table.Printable(by.Identity.ToString())} in {Table.Printable(signaturePath)}"));
            by.WarnOfEnd(context.Terminal);
            return ExitCode.Done;
        });
        return command;
    }

    /// <exception cref="UsageException">It is none, or has no signature.</exception>
    private static FleetDocument Load(string path)
    {
        string signature = Path.ChangeExtension(path, DenySignature.Extension);
        byte[] content = File.ReadAllBytes(path);
        if (!File.Exists(signature))
            throw new UsageException($"{path} has no signature beside it: {signature} is not there", "sign it with `debugrelay deny sign`, or make it with `debugrelay fleet policy`");
        foreach (string kind in DocumentKinds.All)
        {
            var document = new FleetDocument(kind, content, File.ReadAllBytes(signature));
            try
            {
                document.ReadVersion();
                return document;
            }
            catch (DocumentException)
            {
                // The next kind.
            }
        }
        throw new UsageException($"{path} is neither a deny list nor a fleet's policy", "see docs/fleet.md");
    }

    /// <summary>A bucket that does not answer must not keep the switch from being thrown: then nobody is waited for.</summary>
    private static async Task<IReadOnlyList<string>> HostsAsync(Terminal terminal, FleetBus bus, CancellationToken cancellation)
    {
        try
        {
            return [.. (await PresenceReader.ReadAsync(bus, cancellation)).Select(host => host.Host)];
        }
        catch (FleetException error)
        {
            terminal.Error.WriteLine($"note: which hosts there are cannot be told: {Table.Printable(error.Message)}");
            return [];
        }
    }

    private static int Report(Terminal terminal, FleetDocument document, IReadOnlyList<string> hosts, SentDocument sent, bool json)
    {
        var missing = new List<MissingHost>();
        foreach (string host in hosts.Union(sent.Acknowledged.Keys).Order(StringComparer.Ordinal))
        {
            if (!sent.Acknowledged.TryGetValue(host, out (Acknowledgement Said, TimeSpan After) word))
                missing.Add(new MissingHost(host, "has not acknowledged"));
            else if (word.Said.State == DocumentStates.Refused)
                missing.Add(new MissingHost(host, $"refused: {word.Said.Problem}"));
        }
        int acknowledged = sent.Acknowledged.Count(each => each.Value.Said.State != DocumentStates.Refused), inForce = sent.Acknowledged.Count(each => each.Value.Said.State == DocumentStates.InForce);
        var report = new DocumentReport(document.Kind, document.ReadVersion(), hosts.Union(sent.Acknowledged.Keys).Count(), acknowledged, inForce, missing, sent.IsStored ? null : sent.StoreProblem,
            sent.Acknowledged.Count == 0 ? null : (int)sent.Acknowledged.Values.Max(each => each.After.TotalMilliseconds));
        if (json)
            terminal.Output.WriteLine(JsonSerializer.Serialize(report, OutputJson.Default.DocumentReport));
        else
        {
            terminal.Output.WriteLine($"{Line(report)}{(report.LastMilliseconds is { } last ? string.Create(CultureInfo.InvariantCulture, $", the last after {last} ms") : "")}");
            foreach (MissingHost host in missing)
                terminal.Output.WriteLine($"  {Table.Printable(host.Host)}: {Table.Printable(host.Why)}");
        }
        if (report.NotStored is { } problem)
            terminal.Error.WriteLine($"warning: hosts that are away will not find it: {Table.Printable(problem)}; send it again");
        return missing.Count > 0 || !sent.IsStored ? ExitCode.Failed : ExitCode.Done;
    }

    private static DocumentReport Compare(string kind, ulong version, IReadOnlyList<SeenHost> hosts)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var missing = new List<MissingHost>();
        int has = 0, inForce = 0;
        foreach (SeenHost host in hosts)
        {
            DocumentState? state = host.Record?.Documents.GetValueOrDefault(kind);
            if (state is not null && state.Version >= version && state.Problem is null)
                (has, inForce) = (has + 1, inForce + (state.State == DocumentStates.InForce ? 1 : 0));
            else if (version > 0 || state?.Problem is not null)
                missing.Add(new MissingHost(host.Host, string.Create(CultureInfo.InvariantCulture, $"has version {state?.Version ?? 0}{(state?.Problem is { } problem ? $"; refused {problem}" : "")}{(host.IsSilent(now) ? $"; silent for {Durations.Show(now - host.Seen)}" : "")}")));
        }
        return new DocumentReport(kind, version, hosts.Count, has, inForce, missing, null, null);
    }

    private static string Line(DocumentReport report) => string.Create(CultureInfo.InvariantCulture,
        $"{report.Kind} version {report.Version}: {report.Acknowledged} of {report.Known} hosts have it{(report.Kind == DocumentKinds.Deny ? $", {report.InForce} in force" : "")}");
}

/// <summary>How far a fleet is with a document.</summary>
/// <param name="Kind">`deny` or `policy`.</param>
/// <param name="Version">The version.</param>
/// <param name="Known">How many hosts there are.</param>
/// <param name="Acknowledged">How many have it.</param>
/// <param name="InForce">Of how many agent and broker are seen to use it.</param>
/// <param name="Hosts">Those that have not, and why.</param>
/// <param name="NotStored">Why the bucket has not; null where it has.</param>
/// <param name="LastMilliseconds">Until the last that acknowledged did; null where nobody was waited for.</param>
internal sealed record DocumentReport(string Kind, ulong Version, int Known, int Acknowledged, int InForce, IReadOnlyList<MissingHost> Hosts, string? NotStored, int? LastMilliseconds);

/// <summary>A host that has not a document.</summary>
internal sealed record MissingHost(string Host, string Why);
