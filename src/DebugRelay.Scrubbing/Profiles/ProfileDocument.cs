namespace DebugRelay.Scrubbing.Profiles;

/// <summary>A profile as it is written. What it leaves out is null, or empty.</summary>
internal sealed record ProfileDocument
{
    public string? Extends { get; init; }

    public bool? DropsPrivateProviders { get; init; }

    public bool? DropsUnknownLayouts { get; init; }

    public bool? MasksOtherText { get; init; }

    public bool? MasksBytes { get; init; }

    public bool? MasksNumbers { get; init; }

    /// <summary>The first that matches decides.</summary>
    public IReadOnlyList<FieldRule> Rules { get; init; } = [];

    /// <summary>By the rule's name; null turns it off.</summary>
    public IReadOnlyDictionary<string, Treatment?> Detectors { get; init; } = new Dictionary<string, Treatment?>();

    public IReadOnlyList<UserRule> UserRules { get; init; } = [];

    /// <summary>Names whose values are kept beside those that ship.</summary>
    public AllowedNames Allowed { get; init; } = new([], [], [], []);

    /// <summary>This profile on top of another: its rules come first, its words count, its lists are added.</summary>
    public ProfileDocument Over(ProfileDocument other)
    {
        var detectors = new Dictionary<string, Treatment?>(other.Detectors);
        foreach (var (name, treatment) in Detectors)
        {
            detectors[name] = treatment;
        }

        return new ProfileDocument
        {
            DropsPrivateProviders = DropsPrivateProviders ?? other.DropsPrivateProviders,
            DropsUnknownLayouts = DropsUnknownLayouts ?? other.DropsUnknownLayouts,
            MasksOtherText = MasksOtherText ?? other.MasksOtherText,
            MasksBytes = MasksBytes ?? other.MasksBytes,
            MasksNumbers = MasksNumbers ?? other.MasksNumbers,
            Rules = [.. Rules, .. other.Rules],
            Detectors = detectors,
            UserRules = [.. other.UserRules, .. UserRules],
            Allowed = Allowed.And(other.Allowed),
        };
    }
}

/// <summary>A detector of a user's own, as it is written.</summary>
/// <param name="Name">Small letters, digits and dashes.</param>
/// <param name="Pattern">A regular expression.</param>
/// <param name="Keywords">Words of which a text must hold one; empty where every text is searched.</param>
/// <param name="Example">A text in which the rule finds something.</param>
/// <param name="IsLowEntropy">The values can be guessed: they are masked where a pseudonym is asked for.</param>
/// <param name="Treatment">What is done with its findings.</param>
/// <param name="Node">Where it is written.</param>
internal sealed record UserRule(
    string Name, string Pattern, IReadOnlyList<string> Keywords, string Example, bool IsLowEntropy, Treatment Treatment, ProfileNode Node);

/// <summary>Names whose values are kept, in any case; a star at the start or end stands for anything.</summary>
internal sealed record AllowedNames(IReadOnlyList<string> Arguments, IReadOnlyList<string> Headers, IReadOnlyList<string> QueryKeys, IReadOnlyList<string> Variables)
{
    public AllowedNames And(AllowedNames other) => new(
        [.. Arguments, .. other.Arguments], [.. Headers, .. other.Headers], [.. QueryKeys, .. other.QueryKeys], [.. Variables, .. other.Variables]);

    /// <summary>The lists that ship, with these names.</summary>
    public AllowLists Lists()
    {
        var shipped = AllowLists.Default;
        return new AllowLists(
            shipped.Arguments.With(Arguments), shipped.Headers.With(Headers), shipped.QueryKeys.With(QueryKeys), shipped.Variables.With(Variables));
    }
}
