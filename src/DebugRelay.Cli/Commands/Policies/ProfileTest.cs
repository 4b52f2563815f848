using System.CommandLine;
using System.Text.Json;
using DebugRelay.Cli.Commands.Scrub;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.NetTrace;
using DebugRelay.Scrubbing;

namespace DebugRelay.Cli.Commands.Policies;

/// <summary>`policy test --profile P`: what a scrub profile does to a field, and which of its rules says so.</summary>
internal sealed class ProfileTest
{
    private readonly Option<string> _profile = new("--profile") { HelpName = "P", Description = "Ask a scrub profile instead: default, strict, none, or a profile's file" };
    private readonly Option<string> _provider = new("--provider") { HelpName = "X", Description = "Of a profile: the provider's name" };
    private readonly Option<string> _event = new("--event") { HelpName = "Y", Description = "Of a profile: the event's name, or its number" };
    private readonly Option<string> _field = new("--field") { HelpName = "Z", Description = "Of a profile: the field, such as Customer.Email" };
    private readonly Option<string> _type = new("--type") { HelpName = "text|bytes|number", Description = "Of a profile: what the field holds", DefaultValueFactory = _ => "text" };
    private readonly Option<string> _value = new("--value") { HelpName = "V", Description = "Of a profile: a text that the field holds" };

    public IEnumerable<Option> Options => [_profile, _provider, _event, _field, _type, _value];

    /// <summary>Whether it is a profile that is asked.</summary>
    public bool IsAsked(ParseResult parsed) => parsed.GetValue(_profile) is not null;

    /// <exception cref="UsageException">The profile cannot be used, or the question is not complete.</exception>
    public int Run(ParseResult parsed, bool json, Terminal terminal)
    {
        ScrubProfile profile = ProfileFile.Load(parsed.GetRequiredValue(_profile));
        if (parsed.GetValue(_provider) is not { } provider || parsed.GetValue(_event) is not { } @event || parsed.GetValue(_field) is not { } field)
            throw new UsageException("--provider, --event or --field is missing", "debugrelay policy test --profile P --provider X --event Y --field Z [--value V]");
        ProfileVerdict verdict = ProfileProbe.Judge(profile, provider, @event, field, KindOf(parsed.GetRequiredValue(_type)), parsed.GetValue(_value));
        if (json)
            terminal.Output.WriteLine(JsonSerializer.Serialize(verdict, OutputJson.Default.ProfileVerdict));
        else
            WriteTo(terminal, verdict);
        return ExitCode.Done;
    }

    private static EventFieldKind KindOf(string type) => type switch
    {
        "text" => EventFieldKind.Text,
        "bytes" => EventFieldKind.Bytes,
        "number" => EventFieldKind.Fixed,
        _ => throw new UsageException($"there is no type {type}", "choose one of text, bytes, number"),
    };

    private static void WriteTo(Terminal terminal, ProfileVerdict verdict)
    {
        terminal.Output.WriteLine($"{verdict.Action}   ({Table.Printable(verdict.DecidedBy)})");
        if (verdict.Result is not { } result)
            return;
        terminal.Output.WriteLine($"  becomes  {Table.Printable(result)}");
        if (verdict.Findings.Count > 0)
            terminal.Output.WriteLine($"  counted  {string.Join(", ", verdict.Findings.Select(finding => $"{finding.Key} {finding.Value}"))}");
    }
}
