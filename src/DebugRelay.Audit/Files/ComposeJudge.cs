using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;
using YamlDotNet.RepresentationModel;

namespace DebugRelay.Audit.Files;

/// <summary>Compose files. One that is called an override is for a developer's machine.</summary>
internal static class ComposeJudge
{
    private static readonly string[] ToolWords = ["netcoredbg", "vsdbg", "msvsmon", "dotnet-monitor", "dotnet/monitor", "aspire-dashboard", "debugpy", "--inspect", "jdwp", "dlv", "jmxremote", "pprof"];

    public static void Judge(FileScan scan, YamlNode document)
    {
        bool isLocal = scan.Name.Contains("override", StringComparison.OrdinalIgnoreCase) || scan.Name.Contains(".dev", StringComparison.OrdinalIgnoreCase) || scan.Name.Contains("development", StringComparison.OrdinalIgnoreCase);
        var shared = new SharedFolders();
        foreach ((string name, YamlNode keyNode, YamlNode service) in document.Get("services").Members())
        {
            Place place = scan.At(keyNode.Line());
            Container(scan, service, place, isLocal, shared, name);
            Walls(scan, service, place);
            Ports(scan, service);
        }
        scan.Add(shared.Judge());
        if (scan.Name.Contains("vs.debug", StringComparison.OrdinalIgnoreCase))
            scan.Add("DBG305", scan.At(1), "a Compose file of Visual Studio's fast mode");
    }

    private static void Container(FileScan scan, YamlNode service, Place place, bool isLocal, SharedFolders shared, string name)
    {
        string image = service.Get("image").Text() ?? "";
        Setting[] settings = [.. Environment(scan, service.Get("environment"))];
        YamlNode? commandNode = service.Get("command") ?? service.Get("entrypoint");
        string[] words = [.. CommandWords(service.Get("entrypoint")), .. CommandWords(service.Get("command"))];
        var line = new CommandLine(words, CommandUse.EntryPoint, commandNode is null ? place : scan.At(commandNode.Line()));
        scan.Add(CommandJudge.Judge(line));
        bool isDotNet = image.Contains("dotnet", StringComparison.OrdinalIgnoreCase) || line.IndexOf("dotnet") >= 0
            || settings.Any(s => s.Name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase) || s.Name.StartsWith("DOTNET_", StringComparison.OrdinalIgnoreCase));
        scan.Add(EnvironmentJudge.Judge(new SettingScope(settings, place) { IsDotNet = isDotNet, IsDeployed = !isLocal }));
        scan.Add(KnownImages.Judge(image, line, settings, place));
        foreach ((string source, string target) in service.Get("volumes").Items().Select(Volume))
            shared.Add(source, target, name, place, isDotNet);
        foreach ((string key, _, _) in service.Get("labels").Members())
        {
            if (key.StartsWith("com.microsoft.visual-studio", StringComparison.OrdinalIgnoreCase))
                scan.Add("DBG305", place, $"the label {key} is of Visual Studio's fast mode");
        }
        foreach (string label in service.Get("labels").Items().Select(l => l.Text() ?? "").Where(l => l.StartsWith("com.microsoft.visual-studio", StringComparison.OrdinalIgnoreCase)))
            scan.Add("DBG305", place, $"the label {label.Split('=')[0]} is of Visual Studio's fast mode");
    }

    private static void Walls(FileScan scan, YamlNode service, Place place)
    {
        if (service.Get("privileged") is { } privileged && privileged.IsTrue())
            scan.Add("DBG407", scan.At(privileged.Line()), "the container is privileged");
        if (service.Get("pid") is { } pid && pid.Text() is { } value)
            scan.Add([ContainerJudge.Pid(value, scan.At(pid.Line()))]);
        scan.Add(service.Get("cap_add").Items().Select(c => ContainerJudge.Capability(c.Text() ?? "", scan.At(c.Line()))));
        scan.Add(service.Get("security_opt").Items().Select(o => ContainerJudge.Confinement(o.Text() ?? "", scan.At(o.Line()))));
        foreach (YamlNode volume in service.Get("volumes").Items())
        {
            (string source, string target) = Volume(volume);
            scan.Add([ContainerJudge.HostPath(source, scan.At(volume.Line()))]);
            if (target is "/remote_debugger" or "/VSTools")
                scan.Add("DBG305", scan.At(volume.Line()), $"{target} is mounted for Visual Studio's debugger");
        }
        if (service.Get("ulimits").Get("core") is { } core && (core.Text() ?? core.Get("soft").Text() ?? core.Get("hard").Text()) is "-1" or "unlimited")
            scan.Add("DBG121", scan.At(service.Get("ulimits")!.Line()), "core dumps are unlimited");
        if (service.Get("stdin_open").IsTrue() && service.Get("tty").IsTrue())
            scan.Add("DBG410", place, "the container waits for somebody to attach (stdin_open, tty)");
    }

    private static void Ports(FileScan scan, YamlNode service)
    {
        string evidence = string.Join(' ', [service.Get("image").Text() ?? "", .. CommandWords(service.Get("command")), .. CommandWords(service.Get("entrypoint"))]);
        bool hasTool = ToolWords.Any(w => evidence.Contains(w, StringComparison.OrdinalIgnoreCase));
        foreach (YamlNode port in service.Get("ports").Items())
        {
            string text = port.Text() ?? $"{port.Get("host_ip").Text()}:{port.Get("published").Text()}:{port.Get("target").Text()}".TrimStart(':');
            if (ContainerJudge.Port(text, scan.At(port.Line()), hasTool) is not { } exposed || text.StartsWith("127.", StringComparison.Ordinal) || text.StartsWith("[::1]", StringComparison.Ordinal))
                continue;
            scan.Add(exposed);
            if (hasTool)
                scan.Add("DBG413", scan.At(port.Line()), $"{text} publishes a debug tool on all interfaces");
        }
    }

    /// <summary>The variables of a service, written as a mapping or as a list.</summary>
    public static IEnumerable<Setting> Environment(FileScan scan, YamlNode? node)
        => node.Members().Select(m => new Setting(m.Key, m.Value.Text() ?? "", scan.At(m.KeyNode.Line())))
            .Concat(node.Items().Select(i => (Parts: (i.Text() ?? "").Split('=', 2), Node: i)).Where(i => i.Parts.Length == 2).Select(i => new Setting(i.Parts[0], i.Parts[1], scan.At(i.Node.Line()))));

    private static IEnumerable<string> CommandWords(YamlNode? node) => node.Text() is { } text ? ShellScript.Words(text) : node.Texts();

    private static (string Source, string Target) Volume(YamlNode volume)
    {
        if (volume.Text() is not { } text)
            return (volume.Get("source").Text() ?? "", volume.Get("target").Text() ?? "");
        string[] parts = text.Split(':');
        return parts.Length >= 2 ? (parts[0], parts[1]) : ("", parts[0]);
    }
}
