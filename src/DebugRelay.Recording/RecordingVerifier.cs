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
        RequireAnchors(path, trustAnchors);
        if (!Directory.Exists(path))
        {
            var session = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
            return options?.Ledgers is { } ledgers && ledgers.Deleted(session) is not null
                ? FolderVerification.Missing(session, ledgers)
                : throw new RecordingException(RecordingError.Unreadable, $"There is no folder {path}.");
        }

        try
        {
            return new Verification(path, trustAnchors, options ?? new VerifyOptions()).Run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"The recording cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whether a path is the folder of many recordings rather than one session's.</summary>
    /// <param name="path">A folder.</param>
    /// <returns>True where it holds folders and nothing else.</returns>
    /// <exception cref="RecordingException">It cannot be read.</exception>
    public static bool IsFolderOfSessions(string path)
    {
        try
        {
            return Directory.Exists(path) && FolderVerification.IsFolderOfSessions(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"The recordings cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Verifies the folder of all recordings; with ledgers, sessions that are missing get a verdict too.</summary>
    /// <param name="path">The folder that holds the sessions' folders.</param>
    /// <param name="trustAnchors">As in <see cref="Verify"/>.</param>
    /// <param name="options">What else to check against.</param>
    /// <returns>A verdict for each session, in ordinal order of their names.</returns>
    /// <exception cref="RecordingException">As in <see cref="Verify"/>.</exception>
    public static IReadOnlyList<NamedVerdict> VerifyAll(string path, X509Certificate2Collection trustAnchors, VerifyOptions? options = null)
    {
        RequireAnchors(path, trustAnchors);
        try
        {
            return [.. FolderVerification.Run(path, trustAnchors, options ?? new VerifyOptions())];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"The recordings cannot be read: {e.Message}", e);
        }
    }

    private static void RequireAnchors(string path, X509Certificate2Collection trustAnchors)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(trustAnchors);
        if (trustAnchors.Count == 0)
            throw new RecordingException(RecordingError.NoTrustAnchor, "There is no certificate to trust, so nothing can be verified.");
    }
}
