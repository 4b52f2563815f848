namespace DebugRelay.Protocol.Windows;

/// <summary>The door to our own programs, which on Windows are no native code: their runtimes open one unless they are told not to before they start.</summary>
public static class OwnDiagnostics
{
    private const string Variable = "DOTNET_EnableDiagnostics";

    /// <summary>What is to be done where the door is open; null where it is shut.</summary>
    public static string? Problem => Environment.GetEnvironmentVariable(Variable) == "0"
        ? null
        : $"this program's own diagnostic port is open: start it with {Variable}=0, as the services have it that `debugrelay-agent install` makes";
}
