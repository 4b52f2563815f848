using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Judges;
using YamlDotNet.RepresentationModel;

namespace DebugRelay.Audit.Files;

/// <summary>The OpenTelemetry collector: exporters that print payloads, pages of its own.</summary>
internal static class CollectorJudge
{
    public static void Judge(FileScan scan, YamlNode document)
    {
        HashSet<string> used = [.. document.Get("service").Get("pipelines").Members().SelectMany(p => p.Value.Get("exporters").Texts())];
        foreach ((string name, YamlNode keyNode, YamlNode exporter) in document.Get("exporters").Members())
        {
            bool prints = name.Split('/')[0] is "debug" or "logging";
            if (prints && used.Contains(name) && (exporter.Get("verbosity").Text() == "detailed" || exporter.Get("loglevel").Text() == "debug"))
                scan.Add("DBG418", scan.At(keyNode.Line()), $"the exporter {name} prints every payload");
        }
        foreach ((string name, YamlNode keyNode, YamlNode extension) in document.Get("extensions").Members())
        {
            if (name.Split('/')[0] is "zpages" or "pprof" && extension.Get("endpoint").Text() is { } endpoint && UrlJudge.HostOf(endpoint) is { } host && !UrlJudge.IsLoopback(host))
                scan.Add("DBG418", scan.At(keyNode.Line()), $"{name} listens on {endpoint}");
        }
    }
}
