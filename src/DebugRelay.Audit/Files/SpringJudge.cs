using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;
using YamlDotNet.RepresentationModel;

namespace DebugRelay.Audit.Files;

/// <summary>Spring Actuator's exposure.</summary>
internal static class SpringJudge
{
    private static readonly string[] Dangerous = ["*", "heapdump", "env", "shutdown", "threaddump"];

    public static void Judge(FileScan scan, YamlNode? include)
    {
        if (include is not null)
            scan.Add([Judge(include.Texts().SelectMany(t => t.Split(',')), scan.At(include.Line()))]);
    }

    public static Surface? Judge(IEnumerable<string> exposed, Place place)
        => exposed.Select(e => e.Trim().Trim('"', '\'')).FirstOrDefault(Dangerous.Contains) is { } found ? Surface.Of("DBG504", place, $"Actuator exposes {found}") : null;
}
