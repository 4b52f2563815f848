using DebugRelay.Scrubbing.Detectors;

namespace DebugRelay.Scrubbing;

/// <summary>What is looked for and what is taken out. Profiles that ship: <c>default</c>, <c>none</c>.</summary>
public sealed class ScrubProfile
{
    private ScrubProfile(string name, bool isActive)
    {
        Name = name;
        Detectors = isActive ? RuleCatalog.Default : new DetectorSet([]);
        DropsPrivateProviders = BlanksBytes = BlanksUnknownLayouts = isActive;
    }

    /// <summary>Every detector; byte arrays and events of unknown layout are blanked; <c>Private.*</c> providers are dropped.</summary>
    public static ScrubProfile Default { get; } = new("default", isActive: true);

    /// <summary>Nothing is changed: the output equals the input byte for byte.</summary>
    public static ScrubProfile None { get; } = new("none", isActive: false);

    /// <summary>The name by which it is loaded.</summary>
    public string Name { get; }

    /// <summary>Names of the active rules; each is also the word that stands, in brackets, for what it masked.</summary>
    public IReadOnlyList<string> Rules => [.. Detectors.Rules.Select(r => r.Name)];

    /// <summary>Whether events of providers named <c>Private.*</c> are dropped.</summary>
    public bool DropsPrivateProviders { get; }

    /// <summary>Whether byte arrays are zeroed.</summary>
    public bool BlanksBytes { get; }

    /// <summary>Whether events with content but without a known layout are blanked.</summary>
    public bool BlanksUnknownLayouts { get; }

    internal DetectorSet Detectors { get; }

    /// <summary>Whether the profile changes nothing at all.</summary>
    public bool IsNone => Detectors.IsEmpty;

    /// <summary>The shipped profile of this name.</summary>
    /// <exception cref="ScrubProfileException">There is no such profile.</exception>
    public static ScrubProfile Load(string name) => name switch
    {
        "default" => Default,
        "none" => None,
        _ => throw new ScrubProfileException($"There is no scrub profile named '{name}'. Shipped profiles: default, none."),
    };
}

/// <summary>A scrub profile that is not known or cannot be used; the message says why.</summary>
public sealed class ScrubProfileException(string message) : Exception(message);
