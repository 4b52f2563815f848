namespace DebugRelay.Cli.Failures;

/// <summary>The exit codes of all commands. Scripts rely on them.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The operation failed: the target is gone, a file cannot be written.</summary>
    public const int Failed = 1;

    public const int Usage = 2;

    /// <summary>Refused by policy, expired or revoked.</summary>
    public const int Refused = 3;

    /// <summary>A verification found something.</summary>
    public const int Found = 4;

    /// <summary>No connection, or the TLS handshake failed, or the link was lost.</summary>
    public const int NoConnection = 5;

    public const int Interrupted = 130;
}
