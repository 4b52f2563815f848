using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using YamlDotNet.RepresentationModel;

namespace DebugRelay.Audit.Files;

/// <summary>YAML, whose content says what it is: Compose, Kubernetes, a pipeline, a collector, a cloud's template, Spring's settings.</summary>
internal sealed class YamlScanner : IFileScanner
{
    public bool Takes(string path, string name)
        => name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase);

    public void Scan(FileScan scan)
    {
        foreach (YamlNode document in Yaml.Documents(scan))
            Judge(scan, document);
    }

    private static void Judge(FileScan scan, YamlNode document)
    {
        if (document.Get("apiVersion") is not null && document.Get("kind") is not null)
            KubernetesJudge.Judge(scan, document);
        else if (PipelineJudge.IsPipeline(scan, document))
            PipelineJudge.Judge(scan, document);
        else if (document.Get("services") is YamlMappingNode services && services.Members().Any(s => s.Value.Get("image") is not null || s.Value.Get("build") is not null || s.Value.Get("environment") is not null || s.Value.Get("extends") is not null))
            ComposeJudge.Judge(scan, document);
        else if (document.Get("service").Get("pipelines") is not null)
            CollectorJudge.Judge(scan, document);
        else if (document.Get("Resources") is YamlMappingNode)
            CloudFormationJudge.Judge(scan, document);
        else if (scan.Name.StartsWith("application", StringComparison.OrdinalIgnoreCase))
            SpringJudge.Judge(scan, document.Get("management", "endpoints", "web", "exposure", "include"));
    }
}
