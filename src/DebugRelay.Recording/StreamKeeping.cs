using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Recording;

/// <summary>What a recording keeps of a delivery's bytes.</summary>
public enum StreamForm
{
    /// <summary>The bytes as they were delivered.</summary>
    Plain,

    /// <summary>Their SHA-256 alone.</summary>
    Hash,

    /// <summary>Their SHA-256, and the bytes encrypted to reviewers.</summary>
    Encrypted,
}

/// <summary>How one delivery is kept.</summary>
/// <param name="Form">What is kept.</param>
/// <param name="Reviewers">Whom an encrypted one is encrypted to: 1 to <see cref="Limits.MaxReviewers"/> certificates. They stay the caller's.</param>
public sealed record StreamKeeping(StreamForm Form, IReadOnlyList<X509Certificate2> Reviewers)
{
    /// <summary>The bytes as they were delivered.</summary>
    public static StreamKeeping Plain { get; } = new(StreamForm.Plain, []);

    /// <summary>Their SHA-256 alone.</summary>
    public static StreamKeeping Hash { get; } = new(StreamForm.Hash, []);
}
