using DebugRelay.Policy.Json;

namespace DebugRelay.Policy.Rules;

/// <summary>
/// What a trace may ask of a provider by arguments: the key <c>providerArguments</c> of a scrub profile, by provider and argument the exact values.
/// Arguments make a process look into its objects and write down what it finds there, so what is not on the list is not sent.
/// </summary>
public sealed class ProviderArguments
{
    private const string Key = "providerArguments";

    private readonly HashSet<(string Provider, string Argument, string Value)> _allowed;

    private ProviderArguments(HashSet<(string, string, string)> allowed) => _allowed = allowed;

    /// <summary>Nothing may be asked.</summary>
    public static ProviderArguments None { get; } = new([]);

    /// <summary>Reads the list out of a profile. The other keys are the scrubber's, and not looked at.</summary>
    /// <exception cref="DocumentException">The profile is not JSON, or the list has another form.</exception>
    public static ProviderArguments Parse(ReadOnlySpan<byte> profile)
    {
        StrictValue document = StrictJson.ParseFile(profile, Limits.ScrubProfileBytes);
        if (document.AsObject().Optional(Key) is not { } list)
            return None;
        var allowed = new HashSet<(string, string, string)>();
        foreach ((string provider, StrictValue arguments) in list.AsMap())
        {
            foreach ((string argument, StrictValue values) in arguments.AsMap())
                Add(allowed, provider, argument, values);
        }
        return new ProviderArguments(allowed);
    }

    /// <summary>Whether a provider may be given this value for this argument. All three are compared with case.</summary>
    public bool Allows(string provider, string argument, string value) => _allowed.Contains((provider, argument, value));

    private static void Add(HashSet<(string, string, string)> allowed, string provider, string argument, StrictValue values)
    {
        foreach (StrictValue value in values.AsArray())
        {
            string text = value.AsText(Limits.ProviderArgumentsCharacters);
            // A runtime has no way to write one inside an argument.
            if (text.Contains('"', StringComparison.Ordinal))
                throw value.Error("has a quotation mark in it, which no provider can be sent");
            if (!allowed.Add((provider, argument, text)))
                throw value.Error("appears twice");
        }
    }
}
