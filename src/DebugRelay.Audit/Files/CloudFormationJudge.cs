using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;
using YamlDotNet.RepresentationModel;

namespace DebugRelay.Audit.Files;

/// <summary>CloudFormation and SAM templates: variables of functions, consoles of tasks.</summary>
internal static class CloudFormationJudge
{
    public static void Judge(FileScan scan, YamlNode document)
    {
        foreach (YamlMappingNode mapping in document.Mappings())
        {
            if (mapping.Get("Environment").Get("Variables") is { } variables)
            {
                Setting[] settings = [.. variables.Members().Select(v => new Setting(v.Key, v.Value.Text() ?? "$", scan.At(v.KeyNode.Line())))];
                scan.Add(EnvironmentJudge.Judge(new SettingScope(settings, scan.At(variables.Line()))));
            }
            if (mapping.Get("EnableExecuteCommand") is { } console && console.IsTrue())
                scan.Add("DBG424", scan.At(console.Line()), "the task's console is enabled");
        }
    }
}
