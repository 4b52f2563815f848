using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Catalogue;

namespace DebugRelay.Audit.Files;

/// <summary>Files that have no place beside a program, judged by their names.</summary>
internal sealed class ShippedFilesScanner : IFileScanner
{
    public bool NeedsText => false;

    public bool Takes(string path, string name)
        => name is "launchSettings.json" or "vsdbg" or "netcoredbg" or "msvsmon.exe" or "dotnet-dump" or "dotnet-trace" or "dotnet-gcdump" or "dotnet-counters" or "dotnet-dsrouter"
            || name.EndsWith(".pdb", StringComparison.OrdinalIgnoreCase) || path.Contains("/.vs/", StringComparison.Ordinal) || path.EndsWith("Razor.RuntimeCompilation.dll", StringComparison.OrdinalIgnoreCase);

    public void Scan(FileScan scan)
    {
        switch (scan.Name)
        {
            case "launchSettings.json":
                if (PublishFolder.IsOne(scan.Folder) || PublishFolder.IsOne(Path.Combine(scan.Folder, "..")))
                    scan.Add("DBG311", scan.At(1), "launchSettings.json is shipped");
                break;
            case "vsdbg":
                scan.Add("DBG301", scan.At(1), "vsdbg is here");
                break;
            case "netcoredbg":
                scan.Add("DBG302", scan.At(1), "netcoredbg is here", Severity.High);
                break;
            case "msvsmon.exe":
                scan.Add("DBG303", scan.At(1), "msvsmon is here", Severity.High);
                break;
            case "dotnet-dump" or "dotnet-trace" or "dotnet-gcdump" or "dotnet-counters" or "dotnet-dsrouter":
                scan.Add("DBG306", scan.At(1), $"{scan.Name} is here");
                break;
            case var name when name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase):
                scan.Add("DBG224", scan.At(1), "views are compiled at run time here");
                break;
            default:
                if (scan.Source.Path.Contains("wwwroot/", StringComparison.OrdinalIgnoreCase))
                    scan.Add("DBG310", scan.At(1), "symbols lie in the folder that is served to everybody", Severity.High);
                else if (PublishFolder.IsOne(scan.Folder))
                    scan.Add("DBG310", scan.At(1), "symbols are shipped");
                break;
        }
    }
}
