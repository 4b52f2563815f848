namespace DebugRelay.TestSupport.Processes;

/// <summary>Paths of the programs that the build places beside the tests (HelperProgram items in the test project).</summary>
public static class BuiltPrograms
{
    public static string Sample => Find("debugrelay-sample");

    /// <summary>
    /// Where the host's programs are taken from; null: from here. For tests and measurements of published programs, which name it in the
    /// variable DEBUGRELAY_TEST_PROGRAMS (tests/published.sh).
    /// </summary>
    public static string? HostFolder { get; set; } = Environment.GetEnvironmentVariable("DEBUGRELAY_TEST_PROGRAMS") is { Length: > 0 } folder ? Path.GetFullPath(folder) : null;

    public static string Agent => FindOfHost("debugrelay-agent");

    public static string Broker => FindOfHost("debugrelay-broker");

    public static string Worker => FindOfHost("debugrelay-worker");

    /// <summary>Where the client is taken from; null: from here.</summary>
    public static string? ClientFolder { get; set; }

    public static string Client => ClientFolder is null ? Find("debugrelay") : Path.Combine(ClientFolder, "debugrelay");

    private static string FindOfHost(string name) => HostFolder is null ? Find(name) : Path.Combine(HostFolder, name);

    public static string Find(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{name} is not beside the tests: name its project as a HelperProgram of the test project.", path);
    }
}
