namespace DebugRelay.Policy.Identity;

/// <summary>A file of certificates or revocation lists was refused; the message begins with its path.</summary>
public sealed class TrustException : Exception
{
    internal TrustException(string message)
        : base(message)
    {
    }
}
