using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Audit.Files;

/// <summary>Properties of cloud resources, by the last part of their name, in any notation.</summary>
internal static class InfrastructureJudge
{
    /// <summary>Judges a property whose value is a literal.</summary>
    public static void Property(FileScan scan, Setting setting)
    {
        string name = setting.Name[(setting.Name.LastIndexOf(':') + 1)..].Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
        switch (name)
        {
            case "REMOTEDEBUGGINGENABLED" when setting.IsTrue:
                scan.Add("DBG419", setting.Place, "remote debugging is on");
                break;
            case "TYPE" when setting.Value.Contains("VSRemoteDebugger", StringComparison.OrdinalIgnoreCase):
                scan.Add("DBG419", setting.Place, "the extension VSRemoteDebugger is installed");
                break;
            case "DETAILLEVEL" when setting.Value.Contains("Content", StringComparison.OrdinalIgnoreCase):
                scan.Add("DBG422", setting.Place, $"deployments are logged with {setting.Value}");
                break;
            case "ENABLEEXECUTECOMMAND" when setting.IsTrue:
                scan.Add("DBG424", setting.Place, "the task's console is enabled");
                break;
            case "DESTINATIONPORTRANGE" or "DESTINATIONPORTRANGES" or "TOPORT":
                scan.Add([ContainerJudge.Port(setting.Value, setting.Place)]);
                break;
        }
    }
}
