namespace DebugRelay.Policy.Cms;

/// <summary>A detached signature was refused; the message is one clause that follows the signature's name.</summary>
public sealed class SignatureException : Exception
{
    internal SignatureException(string message)
        : base(message)
    {
    }
}
