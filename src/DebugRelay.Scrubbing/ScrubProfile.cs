using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Events;
using DebugRelay.Scrubbing.Profiles;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing;

/// <summary>
/// What is looked for and what is done with it. Profiles that ship: <c>default</c>, <c>strict</c>, <c>none</c>. Others are written as JSON; the schema is
/// <see cref="Schema"/>. Once it is read a profile does not change, and many streams may use it.
/// </summary>
public sealed class ScrubProfile
{
    private static readonly Lazy<ScrubProfile> LazyDefault = new(() => Shipped(ShippedProfiles.Default));
    private static readonly Lazy<ScrubProfile> LazyStrict = new(() => Shipped(ShippedProfiles.Strict));

    private const string PrivateProviders = "Private.";

    private readonly IReadOnlyList<FieldRule> _rules;
    private readonly bool _dropsPrivateProviders;

    private ScrubProfile(string name, byte[] content, ProfileDocument document)
    {
        Name = name;
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        _dropsPrivateProviders = document.DropsPrivateProviders ?? true;
        DropsUnknownLayouts = document.DropsUnknownLayouts ?? false;
        MasksOtherText = document.MasksOtherText ?? false;
        MasksBytes = document.MasksBytes ?? true;
        MasksNumbers = document.MasksNumbers ?? false;
        _rules = [.. document.Rules.Select(WithoutGuessableHash)];
        var detectors = DetectorsOf(document);
        Rules = [.. detectors.Rules.Select(r => r.Name)];
        Treatments = TreatmentsOf(document, detectors.Rules, _rules);
        // What a field rule took out is looked for in the other fields of its event: such findings are made as well.
        Detectors = new DetectorSet(detectors.Detectors, [.. detectors.Rules, .. _rules.Select(r => r.Rule), FieldRules.Guessable], detectors.Lists);
    }

    /// <summary>The profile that changes nothing: the output equals the input byte for byte.</summary>
    private ScrubProfile()
    {
        Name = ShippedProfiles.None;
        Sha256 = Convert.ToHexStringLower(SHA256.HashData([]));
        IsNone = true;
        _rules = [];
        Rules = [];
        Detectors = new DetectorSet([]);
        Treatments = FrozenDictionary<Rule, Treatment>.Empty;
    }

    /// <summary>All rules that are on by default; byte arrays and events of unknown layout are blanked; <c>Private.*</c> providers are dropped.</summary>
    public static ScrubProfile Default => LazyDefault.Value;

    /// <summary>Only fields that are known to be safe stay, and of those what the detectors find is masked.</summary>
    public static ScrubProfile Strict => LazyStrict.Value;

    /// <summary>Nothing is changed: the output equals the input byte for byte.</summary>
    public static ScrubProfile None { get; } = new();

    /// <summary>Names of the profiles that ship.</summary>
    public static IReadOnlyList<string> ShippedNames => ShippedProfiles.Names;

    /// <summary>The JSON Schema of a profile.</summary>
    public static string Schema => ShippedProfiles.Schema();

    /// <summary>The name by which it is loaded.</summary>
    public string Name { get; }

    /// <summary>SHA-256 of the bytes it was read from, hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>Names of the active rules; each is also the word that stands, in brackets, for what it masked.</summary>
    public IReadOnlyList<string> Rules { get; }

    /// <summary>Whether the profile changes nothing at all.</summary>
    public bool IsNone { get; }

    /// <summary>Whether events that cannot be read are dropped rather than blanked.</summary>
    internal bool DropsUnknownLayouts { get; }

    /// <summary>Whether strings that no rule names are masked.</summary>
    internal bool MasksOtherText { get; }

    /// <summary>Whether byte arrays that no rule names are zeroed; else they are searched.</summary>
    internal bool MasksBytes { get; }

    /// <summary>Whether numbers that no rule names are zeroed.</summary>
    internal bool MasksNumbers { get; }

    internal DetectorSet Detectors { get; }

    /// <summary>What is done with findings; mask where a rule is not there.</summary>
    internal FrozenDictionary<Rule, Treatment> Treatments { get; }

    /// <summary>The shipped profile of this name.</summary>
    /// <exception cref="ScrubProfileException">There is no such profile.</exception>
    public static ScrubProfile Load(string name) => name switch
    {
        ShippedProfiles.Default => Default,
        ShippedProfiles.Strict => Strict,
        ShippedProfiles.None => None,
        _ => throw new ScrubProfileException($"There is no scrub profile named '{name}'. Shipped profiles: {string.Join(", ", ShippedProfiles.Names)}."),
    };

    /// <summary>Reads a profile of a user's own.</summary>
    /// <param name="name">What reports and errors call it, such as the file's name.</param>
    /// <param name="utf8">The JSON text.</param>
    /// <exception cref="ScrubProfileException">It cannot be used; the message names place and line.</exception>
    public static ScrubProfile Parse(string name, ReadOnlySpan<byte> utf8)
    {
        var document = new ProfileReader(name).Read(utf8);
        var userRules = document.UserRules;
        if (document.Extends is { } basis)
        {
            document = document.Over(new ProfileReader(basis).Read(ShippedProfiles.Content(basis)));
        }

        var profile = new ScrubProfile(name, utf8.ToArray(), document);
        foreach (var survivor in Canaries.Survivors(profile))
        {
            throw userRules.FirstOrDefault(r => r.Name == survivor) is { } own
                ? own.Node.Error("its example is found by another rule, which comes first: give one that only this rule finds")
                : new ScrubProfileException($"the rule {survivor} lets its own canary through under this profile");
        }

        return profile;
    }

    /// <summary>The rule that masks values under this name, or null where the name does not say that they are secret, or the rule is off.</summary>
    internal Rule? SecretRuleOf(ReadOnlySpan<char> name) => SecretKeys.Classify(name) is { } rule && Detectors.IsOn(rule) ? rule : null;

    /// <summary>Whether events of the provider are dropped because of its name, whatever the rules say.</summary>
    internal bool DropsProvider(string provider) => _dropsPrivateProviders && provider.StartsWith(PrivateProviders, StringComparison.OrdinalIgnoreCase);

    /// <summary>What becomes of an event type's events as a whole: the rule that drops them, or null.</summary>
    internal FieldRule? EventRule(string provider, string name, int id) =>
        _rules.FirstOrDefault(r => r.Field is null && r.Type is null && r.MatchesEvent(provider, name, id)) is { DropsEvents: true } rule ? rule : null;

    /// <summary>The first rule for a field, or null where none speaks of it.</summary>
    internal FieldRule? RuleFor(FieldFacts field) => _rules.FirstOrDefault(r => !r.DropsEvents && r.Matches(field));

    /// <summary>A shipped profile as its authors wrote it: an example to start from.</summary>
    /// <exception cref="ScrubProfileException">There is no such file.</exception>
    public static string Text(string name) => name is ShippedProfiles.Default or ShippedProfiles.Strict
        ? System.Text.Encoding.UTF8.GetString(ShippedProfiles.Content(name))
        : throw new ScrubProfileException($"No profile named '{name}' ships as a file. There are {ShippedProfiles.Default} and {ShippedProfiles.Strict}.");

    private static ScrubProfile Shipped(string name) => Parse(name, ShippedProfiles.Content(name));

    private static DetectorSet DetectorsOf(ProfileDocument document)
    {
        var names = RuleCatalog.All.Where(r => document.Detectors.TryGetValue(r.Name, out var asked) ? asked is not null : r.IsOnByDefault);
        return RuleCatalog.Set(names.Select(r => r.Name), document.UserRules.Select(MakeDetector), document.Allowed.Lists());
    }

    private static FrozenDictionary<Rule, Treatment> TreatmentsOf(ProfileDocument document, IEnumerable<Rule> rules, IEnumerable<FieldRule> fieldRules)
    {
        var treatments = new Dictionary<Rule, Treatment>();
        foreach (var rule in rules)
        {
            var asked = document.Detectors.GetValueOrDefault(rule.Name) ?? document.UserRules.FirstOrDefault(u => u.Name == rule.Name)?.Treatment;
            treatments[rule] = WithoutGuessableHash(asked ?? Treatment.Mask, rule);
        }

        foreach (var rule in fieldRules)
        {
            treatments[rule.Rule] = rule.Treatment;
        }

        return treatments.ToFrozenDictionary();
    }

    private static FieldRule WithoutGuessableHash(FieldRule rule) => rule with { Treatment = WithoutGuessableHash(rule.Treatment, rule.Rule) };

    /// <summary>A value of which there are few can be found by trying: it gets no pseudonym.</summary>
    private static Treatment WithoutGuessableHash(Treatment asked, Rule rule)
    {
        var isGuessable = rule.Info.IsLowEntropy || RuleCatalog.Find(rule.Name) is { IsLowEntropy: true };
        return asked.Action == ScrubAction.Hash && isGuessable ? Treatment.Mask : asked;
    }

    private static RegexDetector MakeDetector(UserRule rule)
    {
        try
        {
            var made = Rule.OfUser(rule.Name, rule.IsLowEntropy);
            var detector = new RegexDetector(made, rule.Pattern, rule.Keywords, new Canary(rule.Example, ""));
            return FirstFinding(detector, rule.Example) is { } secret
                ? new RegexDetector(made, rule.Pattern, rule.Keywords, new Canary(rule.Example, secret))
                : throw rule.Node.Error("its example holds nothing that the pattern finds");
        }
        catch (ArgumentException error)
        {
            throw rule.Node.Error(error.Message);
        }
    }

    /// <summary>What the detector finds first; null where it finds nothing. A first run may take more time than a field has: it is tried again.</summary>
    private static string? FirstFinding(RegexDetector detector, string example)
    {
        var hits = new HitList();
        for (var attempts = 5; attempts > 0 && hits.Count == 0; attempts--)
        {
            try
            {
                detector.Find(example, hits);
                break;
            }
            catch (Exception e) when (attempts > 1 && e is ScanLimitException or RegexMatchTimeoutException)
            {
                hits.Clear();
            }
        }

        return hits.Count == 0 ? null : example.Substring(hits[0].Start, hits[0].Length);
    }
}

/// <summary>A scrub profile that is not known or cannot be used; the message says why, and on which line.</summary>
public sealed class ScrubProfileException(string message) : Exception(message);
