using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;
using YamlDotNet.RepresentationModel;

namespace DebugRelay.Audit.Files;

/// <summary>Pipelines of GitHub, Azure and GitLab: their scripts, variables, tasks and actions.</summary>
internal static class PipelineJudge
{
    private static readonly string[] ScriptKeys = ["run", "script", "bash", "pwsh", "powershell", "before_script", "after_script", "inlineScript"];
    private static readonly string[] RemoteShells = ["action-tmate", "action-upterm", "ssh2actions"];

    public static bool IsPipeline(FileScan scan, YamlNode document)
    {
        string path = scan.Source.Path;
        return path.Contains(".github/workflows/", StringComparison.Ordinal) || path.Contains(".github/actions/", StringComparison.Ordinal)
            || scan.Name.Contains("azure-pipelines", StringComparison.OrdinalIgnoreCase) || scan.Name.Contains(".gitlab-ci", StringComparison.OrdinalIgnoreCase)
            || document.Get("jobs") is not null || document.Get("steps") is YamlSequenceNode || (document.Get("stages") is YamlSequenceNode && document.Get("services") is null);
    }

    public static void Judge(FileScan scan, YamlNode document)
    {
        foreach (YamlMappingNode mapping in document.Mappings())
        {
            foreach ((string key, YamlNode keyNode, YamlNode value) in mapping.Members())
            {
                if (ScriptKeys.Contains(key))
                    Scripts(scan, value);
                else if (key is "uses" && RemoteShells.Any(s => value.Text()?.Contains(s, StringComparison.OrdinalIgnoreCase) == true))
                    scan.Add("DBG425", scan.At(value.Line()), $"{value.Text()} opens a shell on the runner");
                else if (key is "env" or "variables")
                    Variables(scan, value);
                else if (key is "BuildConfiguration" or "buildConfiguration" or "BUILD_CONFIGURATION" && value.Text()?.Equals("Debug", StringComparison.OrdinalIgnoreCase) == true)
                    scan.Add("DBG309", scan.At(keyNode.Line()), $"{key} is Debug");
            }
            Task(scan, mapping);
        }
    }

    private static void Scripts(FileScan scan, YamlNode node)
    {
        foreach (YamlNode part in node is YamlSequenceNode sequence ? sequence.Children : [node])
        {
            if (part is not YamlScalarNode { Value: { } text } scalar)
                continue;
            // A block scalar's text begins on the line after its mark.
            int line = scalar.Line() + (scalar.Style is YamlDotNet.Core.ScalarStyle.Literal or YamlDotNet.Core.ScalarStyle.Folded ? 1 : 0);
            foreach (ShellCommand command in ShellScript.Commands(text, line))
                scan.Add(CommandJudge.Judge(new CommandLine(command.Words, CommandUse.Pipeline, scan.At(command.Line))));
        }
    }

    private static void Variables(FileScan scan, YamlNode node)
    {
        Setting[] settings =
        [
            .. node.Members().Where(m => m.Value.Text() is not null).Select(m => new Setting(m.Key, m.Value.Text()!, scan.At(m.KeyNode.Line()))),
            .. node.Items().Where(i => i.Get("name").Text() is not null).Select(i => new Setting(i.Get("name").Text()!, i.Get("value").Text() ?? "$", scan.At(i.Line()))),
        ];
        // A pipeline's own environment is not the service's: what would open that is judged where it is deployed.
        scan.Add(EnvironmentJudge.Judge(new SettingScope(settings, scan.At(node.Line())) { IsDeployed = false }).Where(s => s.Rule.Id is "DBG425" or "DBG106" or "DBG110"));
        foreach (Setting setting in settings.Where(s => s.Name.Equals("buildConfiguration", StringComparison.OrdinalIgnoreCase) && s.Is("Debug")))
            scan.Add("DBG309", setting.Place, $"{setting.Name} is Debug");
    }

    /// <summary>`DotNetCoreCLI@2` with `command: publish`.</summary>
    private static void Task(FileScan scan, YamlMappingNode step)
    {
        if (step.Get("task").Text()?.StartsWith("DotNetCoreCLI", StringComparison.OrdinalIgnoreCase) != true || step.Get("inputs") is not { } inputs)
            return;
        string command = inputs.Get("command").Text() ?? "";
        YamlNode? arguments = inputs.Get("arguments");
        if (command is "publish" or "pack" && arguments?.Text() is { } text)
            scan.Add(CommandJudge.Judge(new CommandLine(["dotnet", command, .. ShellScript.Words(text)], CommandUse.Pipeline, scan.At(arguments.Line()))));
    }
}
