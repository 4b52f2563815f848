using DebugRelay.NetTrace;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Profiles;

/// <summary>Reads a profile document. Unknown keys and words, and rules that can never match, are errors.</summary>
internal sealed class ProfileReader(string file)
{
    private const string DefaultRuleName = "field";

    /// <exception cref="ScrubProfileException">It is no profile; the message says where and why.</exception>
    public ProfileDocument Read(ReadOnlySpan<byte> utf8)
    {
        var node = ProfileJson.Parse(utf8);
        _ = node.TryTake("$schema", out _);
        _ = node.TryTake("description", out _);
        var document = new ProfileDocument
        {
            Extends = node.TryTake("extends", out var extends) ? extends.AsWord(("default", "default"), ("strict", "strict")) : null,
            DropsPrivateProviders = node.TryTake("privateProviders", out var own) ? own.AsWord(("drop", true), ("as-others", false)) : null,
            DropsUnknownLayouts = node.TryTake("unknownLayouts", out var unknown) ? unknown.AsWord(("drop", true), ("blank", false)) : null,
            MasksOtherText = KeepOrMask(node, "otherText"),
            MasksBytes = KeepOrMask(node, "bytes"),
            MasksNumbers = KeepOrMask(node, "numbers"),
            Rules = node.TryTake("rules", out var rules) ? ReadRules(rules) : [],
            Detectors = node.TryTake("detectors", out var detectors) ? ReadDetectors(detectors) : new Dictionary<string, Treatment?>(),
            UserRules = node.TryTake("userRules", out var userRules) ? ReadUserRules(userRules) : [],
            Allowed = node.TryTake("allow", out var allow) ? ReadAllowed(allow) : new AllowedNames([], [], [], []),
        };
        // What may be asked of a provider is the broker's to decide; that the list is well-formed is seen to here as well.
        if (node.TryTake("providerArguments", out var arguments))
        {
            CheckProviderArguments(arguments);
        }

        node.End();
        return document;
    }

    private static bool? KeepOrMask(ProfileNode node, string key) => node.TryTake(key, out var word) ? word.AsWord(("mask", true), ("keep", false)) : null;

    private List<FieldRule> ReadRules(ProfileNode node)
    {
        var rules = new List<FieldRule>();
        var lines = new List<int>();
        Bound(node, node.AsItems().Count, Limits.ProfileRules);
        foreach (var item in node.AsItems())
        {
            var rule = ReadRule(item);
            if (rules.FindIndex(earlier => earlier.Covers(rule)) is var covering and >= 0)
            {
                throw item.Error($"can never match: the rule of line {lines[covering]} takes all that it would");
            }

            rules.Add(rule);
            lines.Add(item.Line);
        }

        return rules;
    }

    private FieldRule ReadRule(ProfileNode node)
    {
        var rule = new FieldRule(
            Pattern(node, "provider"),
            Pattern(node, "event"),
            Pattern(node, "field"),
            node.TryTake("type", out var type)
                ? type.AsWord(("text", EventFieldKind.Text), ("bytes", EventFieldKind.Bytes), ("number", EventFieldKind.Fixed))
                : null,
            ReadTreatment(node),
            !node.TryTake("search", out var search) || search.AsBoolean(),
            NamedRule(node),
            $"{file} line {node.Line}");
        node.End();
        if (search is not null && rule.Treatment.Action is not (ScrubAction.Keep or ScrubAction.Truncate))
        {
            throw search.Error("is for what is kept; nothing of this is");
        }

        return rule;
    }

    private static NamePattern? Pattern(ProfileNode node, string key) =>
        node.TryTake(key, out var pattern) ? new NamePattern(pattern.AsText(Limits.ProfilePattern)) : null;

    /// <summary>Values masked under the name of a detector's rule are that rule's: a pseudonym is then the same wherever the value was found.</summary>
    private static Rule NamedRule(ProfileNode node) => Rule.OfUser(node.TryTake("name", out var name) ? RuleName(name) : DefaultRuleName, lowEntropy: false);

    private static string RuleName(ProfileNode node)
    {
        var name = node.AsText(Limits.ProfileName);
        return name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && char.IsAsciiLetterLower(name[0])
            ? name
            : throw node.Error("must be small letters, digits and dashes, and begin with a letter");
    }

    /// <summary>Reads "action", and "style" or "length" where the action has one.</summary>
    private static Treatment ReadTreatment(ProfileNode node)
    {
        var action = ReadAction(node.Take("action"));
        var isSameLength = node.TryTake("style", out var style) && style.AsWord(("length", true), ("name", false));
        if (style is not null && action != ScrubAction.Mask)
        {
            throw style.Error("is for the action mask alone");
        }

        if (action != ScrubAction.Truncate)
        {
            return node.TryTake("length", out var length) ? throw length.Error("is for the action truncate alone") : new Treatment(action, isSameLength);
        }

        return new Treatment(action, Length: node.Take("length").AsInteger(0, Limits.ProfileTruncate));
    }

    private static ScrubAction ReadAction(ProfileNode node) => node.AsWord(
        ("keep", ScrubAction.Keep), ("drop", ScrubAction.Drop), ("mask", ScrubAction.Mask), ("hash", ScrubAction.Hash), ("truncate", ScrubAction.Truncate));

    private static Dictionary<string, Treatment?> ReadDetectors(ProfileNode node)
    {
        var detectors = new Dictionary<string, Treatment?>();
        foreach (var (name, value) in node.AsMembers())
        {
            if (RuleCatalog.Find(name) is null)
            {
                throw value.Error($"there is no such rule; known here: {string.Join(", ", RuleCatalog.All.Select(r => r.Name))}");
            }

            var treatment = ReadFindingTreatment(value);
            detectors[name] = treatment.Action == ScrubAction.Keep ? null : treatment;
        }

        return detectors;
    }

    /// <summary>What is done with findings: an action alone, or an object where it needs more.</summary>
    private static Treatment ReadFindingTreatment(ProfileNode node)
    {
        if (node.IsText)
        {
            return new Treatment(node.AsWord(("off", ScrubAction.Keep), ("mask", ScrubAction.Mask), ("hash", ScrubAction.Hash), ("drop", ScrubAction.Drop)));
        }

        var treatment = ReadTreatment(node);
        node.End();
        return FindingTreatment(treatment, node);
    }

    private static Treatment FindingTreatment(Treatment treatment, ProfileNode node) =>
        treatment.Action == ScrubAction.Keep ? throw node.Error("cannot be keep: a finding that is kept need not be looked for") : treatment;

    private static List<UserRule> ReadUserRules(ProfileNode node)
    {
        var rules = new List<UserRule>();
        Bound(node, node.AsItems().Count, Limits.ProfileUserRules);
        foreach (var item in node.AsItems())
        {
            var nameNode = item.Take("name");
            var name = RuleName(nameNode);
            if (RuleCatalog.Find(name) is not null || rules.Exists(r => r.Name == name))
            {
                throw nameNode.Error("is the name of another rule");
            }

            rules.Add(ReadUserRule(item, name));
        }

        return rules;
    }

    private static UserRule ReadUserRule(ProfileNode node, string name)
    {
        var rule = new UserRule(
            name,
            node.Take("pattern").AsText(Limits.ProfileExpression),
            node.TryTake("keywords", out var keywords) ? ReadNames(keywords) : [],
            node.Take("example").AsText(Limits.ProfileExpression),
            node.TryTake("lowEntropy", out var low) && low.AsBoolean(),
            node.TryTake("action", out var action) ? FindingTreatment(ReadTreatment(node), action) : Treatment.Mask,
            node);
        node.End();
        return rule;
    }

    private static AllowedNames ReadAllowed(ProfileNode node)
    {
        var names = new AllowedNames(Names(node, "arguments"), Names(node, "headers"), Names(node, "queryKeys"), Names(node, "environment"));
        node.End();
        return names;
    }

    private static List<string> Names(ProfileNode node, string key) => node.TryTake(key, out var names) ? ReadNames(names, canHaveStars: true) : [];

    private static List<string> ReadNames(ProfileNode node, bool canHaveStars = false)
    {
        var names = new List<string>();
        Bound(node, node.AsItems().Count, Limits.ProfileNames);
        foreach (var item in node.AsItems())
        {
            var name = item.AsText(Limits.ProfilePattern);
            if (names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw item.Error("appears twice");
            }

            if (canHaveStars && name.AsSpan(1, Math.Max(name.Length - 2, 0)).Contains('*'))
            {
                throw item.Error("can never match: a star stands at the start or the end");
            }

            names.Add(name);
        }

        return names;
    }

    /// <summary>By provider, by argument: the values that may be asked.</summary>
    private static void CheckProviderArguments(ProfileNode node)
    {
        foreach (var value in node.AsMembers().SelectMany(provider => provider.Value.AsMembers()).SelectMany(argument => argument.Value.AsItems()))
        {
            _ = value.AsText(Limits.ProfileExpression);
        }
    }

    private static void Bound(ProfileNode node, int count, int most)
    {
        if (count > most)
        {
            throw node.Error($"has more than {most} entries");
        }
    }
}
