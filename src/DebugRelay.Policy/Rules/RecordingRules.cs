namespace DebugRelay.Policy.Rules;

/// <summary>What a recording keeps of what was delivered.</summary>
public enum KeptStreams
{
    /// <summary>The scrubbed bytes.</summary>
    Plain,

    /// <summary>Their SHA-256 alone.</summary>
    Hash,

    /// <summary>Their SHA-256, and the bytes encrypted to the host's reviewers.</summary>
    Encrypted,
}

/// <summary><c>recordings</c> of policy.json: what recordings keep of deliveries.</summary>
/// <param name="Streams">For operations that are not named.</param>
/// <param name="Operations">For those that are.</param>
public sealed record RecordingRules(KeptStreams Streams, IReadOnlyDictionary<string, KeptStreams> Operations)
{
    /// <summary>Where the policy says nothing: the scrubbed bytes are kept.</summary>
    public static RecordingRules Default { get; } = new(KeptStreams.Plain, new Dictionary<string, KeptStreams>());

    /// <summary>What is kept of an operation's delivery.</summary>
    /// <param name="operation">One of <see cref="Rules.Operations"/>.</param>
    public KeptStreams For(string operation) => Operations.TryGetValue(operation, out KeptStreams kept) ? kept : Streams;
}
