using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Recording;

/// <summary>Verifies a recording with public keys only; docs/verify-recording.sh does the same with OpenSSL, in the same words.</summary>
public static class RecordingVerifier
{
    /// <summary>Verifies one session's folder.</summary>
    /// <param name="path">The session's folder.</param>
    /// <param name="trustAnchors">The roots that the agent's certificate must lead to; self-signed.</param>
    /// <param name="options">What else to check against.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="RecordingException">
    /// There is no trust anchor, or no such folder, or a file cannot be read: there is no verdict then.
    /// </exception>
    public static Verdict Verify(string path, X509Certificate2Collection trustAnchors, VerifyOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(trustAnchors);
        if (trustAnchors.Count == 0)
            throw new RecordingException(RecordingError.NoTrustAnchor, "There is no certificate to trust, so nothing can be verified.");
        if (!Directory.Exists(path))
            throw new RecordingException(RecordingError.Unreadable, $"There is no folder {path}.");
        try
        {
            return new Verification(path, trustAnchors, options?.Heads ?? []).Run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"The recording cannot be read: {e.Message}", e);
        }
    }
}
