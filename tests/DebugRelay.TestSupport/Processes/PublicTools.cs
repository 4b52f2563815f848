namespace DebugRelay.TestSupport.Processes;

/// <summary>Tools that some tests hold our work against. A machine with the SDK alone may lack them: those tests are then skipped and say so.</summary>
public static class PublicTools
{
    public const string NoOpenSsl = "openssl is not on this machine";

    public const string NoTmux = "tmux is not on this machine";

    public static bool HasOpenSsl { get; } = IsOnPath("openssl");

    public static bool HasTmux { get; } = IsOnPath("tmux");

    private static bool IsOnPath(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
