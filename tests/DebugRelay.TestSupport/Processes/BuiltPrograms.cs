namespace DebugRelay.TestSupport.Processes;

/// <summary>Paths of the programs that the build places beside the tests (HelperProgram items in the test project).</summary>
public static class BuiltPrograms
{
    public static string Sample => Find("debugrelay-sample");

    /// <summary>Where the agent is taken from, with its broker and workers beside it; null: from here. For measurements of published programs.</summary>
    public static string? HostFolder { get; set; }

    public static string Agent => HostFolder is null ? Find("debugrelay-agent") : Path.Combine(HostFolder, "debugrelay-agent");

    public static string Broker => Find("debugrelay-broker");

    public static string Worker => Find("debugrelay-worker");

    public static string Client => Find("debugrelay");

    public static string Find(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{name} is not beside the tests: name its project as a HelperProgram of the test project.", path);
    }
}
