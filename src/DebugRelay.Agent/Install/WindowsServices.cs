namespace DebugRelay.Agent.Install;

/// <summary>A program of Windows that an installation calls.</summary>
/// <param name="Program">Its name.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Harmless">Exit codes that say that there is nothing to do.</param>
internal sealed record InstallCommand(string Program, string[] Arguments, params int[] Harmless);

/// <summary>
/// Agent and broker as two services of Windows: what is called to make them, and to take them away. The agent has an account of its own, without any right; the broker is the
/// system, since the pipes of other accounts' runtimes are open to it and to administrators alone, without the system's privileges and without a network.
/// </summary>
internal static class WindowsServices
{
    /// <summary>The agent's service.</summary>
    public const string Agent = "debugrelay-agent";

    /// <summary>The broker's service.</summary>
    public const string Broker = "debugrelay-broker";

    private const string AgentAccount = $@"NT SERVICE\{Agent}";
    private const string System = "*S-1-5-18:(OI)(CI)F", Administrators = "*S-1-5-32-544:(OI)(CI)F";

    /// <summary>Who reads programs in an AppContainer: ALL APPLICATION PACKAGES.</summary>
    private const string Contained = "*S-1-15-2-1:(OI)(CI)RX";

    private const string RuleName = "DebugRelay: broker and workers have no network";

    /// <summary>ERROR_SERVICE_EXISTS.</summary>
    private const int ServiceExists = 1073;

    /// <summary>ERROR_SERVICE_DOES_NOT_EXIST.</summary>
    private const int NoService = 1060;

    /// <summary>ERROR_SERVICE_NOT_ACTIVE.</summary>
    private const int NotActive = 1062;

    /// <summary>Folders below the data's that the agent alone writes to, with the system and administrators.</summary>
    private static readonly string[] OfAgent = ["recordings", "spool", @"state\agent"];

    /// <summary>Folders that are made.</summary>
    public static IReadOnlyList<string> Folders { get; } = [.. OfAgent, @"state\broker"];

    /// <summary>Makes both services, gives the folders to whom they belong, and shuts broker and workers off the network. Run again it changes nothing. Nothing is started.</summary>
    /// <param name="programs">The programs' folder.</param>
    /// <param name="data">The folder of configuration, recordings and state.</param>
    public static IReadOnlyList<InstallCommand> Install(string programs, string data) =>
    [
        .. Service(Broker, programs, data, "LocalSystem", "DebugRelay broker"),
        .. Service(Agent, programs, data, AgentAccount, "DebugRelay agent"),
        new("sc.exe", ["config", Agent, "depend=", Broker]),
        new("icacls.exe", [data, "/inheritance:r", "/grant:r", System, Administrators, $"{AgentAccount}:(OI)(CI)RX"]),
        .. OfAgent.Select(folder => new InstallCommand("icacls.exe", [$@"{data}\{folder}", "/grant:r", $"{AgentAccount}:(OI)(CI)M"])),
        new("icacls.exe", [$@"{data}\state\broker", "/inheritance:r", "/grant:r", System, Administrators]),
        new("icacls.exe", [programs, "/grant", Contained]),
        .. Firewall(programs),
    ];

    /// <summary>Takes the services away. Configuration, keys, recordings and state stay.</summary>
    public static IReadOnlyList<InstallCommand> Uninstall() =>
    [
        new("sc.exe", ["stop", Agent], NotActive, NoService),
        new("sc.exe", ["stop", Broker], NotActive, NoService),
        new("sc.exe", ["delete", Agent], NoService),
        new("sc.exe", ["delete", Broker], NoService),
        new("netsh.exe", ["advfirewall", "firewall", "delete", "rule", $"name={RuleName}"], 1),
    ];

    private static IEnumerable<InstallCommand> Service(string name, string programs, string data, string account, string title)
    {
        string line = $@"""{programs}\{name}.exe"" run --config ""{data}\agent.json""";
        string[] settings = ["binPath=", line, "obj=", account, "start=", "demand", "DisplayName=", title];
        yield return new("sc.exe", ["create", name, .. settings], ServiceExists);
        yield return new("sc.exe", ["config", name, .. settings]);
        yield return new("sc.exe", ["privs", name, "SeChangeNotifyPrivilege"]);
        yield return new("sc.exe", ["failure", name, "reset=", "86400", "actions=", "restart/1000"]);
        // Programs here run on the runtime, which opens a door to them unless it is told not to.
        yield return new("reg.exe", ["add", $@"HKLM\SYSTEM\CurrentControlSet\Services\{name}", "/v", "Environment", "/t", "REG_MULTI_SZ", "/d", "DOTNET_EnableDiagnostics=0", "/f"]);
    }

    private static IEnumerable<InstallCommand> Firewall(string programs)
    {
        yield return new("netsh.exe", ["advfirewall", "firewall", "delete", "rule", $"name={RuleName}"], 1);
        foreach (string program in (string[])[Broker, "debugrelay-worker"])
        {
            foreach (string direction in (string[])["in", "out"])
                yield return new("netsh.exe", ["advfirewall", "firewall", "add", "rule", $"name={RuleName}", $"dir={direction}", "action=block", $@"program={programs}\{program}.exe"]);
        }
    }
}
