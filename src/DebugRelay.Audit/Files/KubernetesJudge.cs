using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;
using YamlDotNet.RepresentationModel;

namespace DebugRelay.Audit.Files;

/// <summary>Kubernetes objects: pods wherever they are nested, roles, services and routes, lists of all of them.</summary>
internal static class KubernetesJudge
{
    private static readonly string[] ConsoleResources = ["pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers", "nodes/proxy", "*", "pods/*"];
    private static readonly string[] ActingVerbs = ["create", "get", "patch", "update", "*"];
    private static readonly string[] DebugPaths = ["/hangfire", "/swagger", "/elmah", "/dashboard", "/debug", "/trace.axd", "/profiler"];

    private static readonly string[] ToolImages = ["busybox", "netshoot", "dotnet/sdk", "debug"];

    public static void Judge(FileScan scan, YamlNode document)
    {
        string kind = document.Get("kind").Text() ?? "";
        switch (kind)
        {
            case "List":
                foreach (YamlNode item in document.Get("items").Items())
                    Judge(scan, item);
                break;
            case "Role" or "ClusterRole":
                Role(scan, document);
                break;
            case "Service":
                Service(scan, document);
                break;
            case "Ingress" or "HTTPRoute" or "IngressRoute" or "Route":
                Route(scan, document);
                break;
            case "ConfigMap":
                Setting[] data = [.. document.Get("data").Members().Where(m => m.Value.Text() is not null).Select(m => new Setting(m.Key, m.Value.Text()!, scan.At(m.KeyNode.Line())))];
                scan.Add(EnvironmentJudge.Judge(new SettingScope(data, scan.At(document.Line()))));
                break;
            default:
                foreach (YamlMappingNode pod in document.Mappings().Where(m => m.Get("containers") is YamlSequenceNode))
                    Pod(scan, pod);
                break;
        }
    }

    private static void Pod(FileScan scan, YamlNode pod)
    {
        if (pod.Get("shareProcessNamespace") is { } share && share.IsTrue())
            scan.Add("DBG405", scan.At(share.Line()), "the pod's containers share their process namespace");
        if (pod.Get("hostPID") is { } hostPid && hostPid.IsTrue())
            scan.Add("DBG408", scan.At(hostPid.Line()), "the pod is in the host's process namespace");
        Confinement(scan, pod);
        foreach (YamlNode volume in pod.Get("volumes").Items())
        {
            if (volume.Get("hostPath").Get("path") is { } path)
                scan.Add([ContainerJudge.HostPath(path.Text() ?? "", scan.At(path.Line()))]);
        }
        if (pod.Get("ephemeralContainers") is { } ephemeral && ephemeral.Items().Any())
            scan.Add("DBG410", scan.At(ephemeral.Line()), "ephemeral containers stand in a stored manifest");
        var shared = new SharedFolders();
        foreach (YamlNode container in pod.Get("containers").Items().Concat(pod.Get("initContainers").Items()).Concat(pod.Get("ephemeralContainers").Items()))
            Container(scan, container, shared);
        scan.Add(shared.Judge());
    }

    private static void Container(FileScan scan, YamlNode container, SharedFolders shared)
    {
        Place place = scan.At(container.Line());
        string name = container.Get("name").Text() ?? "?";
        string image = container.Get("image").Text() ?? "";
        Setting[] settings = [.. container.Get("env").Items().Where(e => e.Get("name").Text() is not null).Select(e => new Setting(e.Get("name").Text()!, e.Get("value").Text() ?? "$", scan.At(e.Line())))];
        YamlNode? commandNode = container.Get("command") ?? container.Get("args");
        var line = new CommandLine([.. container.Get("command").Texts(), .. container.Get("args").Texts()], CommandUse.EntryPoint, commandNode is null ? place : scan.At(commandNode.Line()));
        bool isDotNet = image.Contains("dotnet", StringComparison.OrdinalIgnoreCase) || line.IndexOf("dotnet") >= 0
            || settings.Any(s => s.Name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase) || s.Name.StartsWith("DOTNET_", StringComparison.OrdinalIgnoreCase));
        scan.Add(EnvironmentJudge.Judge(new SettingScope(settings, place) { IsDotNet = isDotNet }));
        scan.Add(CommandJudge.Judge(line));
        scan.Add(KnownImages.Judge(image, line, settings, place));
        Security(scan, container);
        Interactive(scan, container, image, line, place);
        foreach (YamlNode port in container.Get("ports").Items())
        {
            if (port.Get("containerPort") is { } number)
                scan.Add([ContainerJudge.Port(number.Text() ?? "", scan.At(number.Line()))]);
        }
        string? temporary = settings.FirstOrDefault(s => s.Name == "TMPDIR")?.Value;
        foreach (YamlNode mount in container.Get("volumeMounts").Items())
            shared.Add(mount.Get("name").Text() ?? "", mount.Get("mountPath").Text() ?? "", name, scan.At(mount.Line()), isDotNet, temporary);
    }

    private static void Security(FileScan scan, YamlNode container)
    {
        Confinement(scan, container);
        YamlNode? security = container.Get("securityContext");
        if (security.Get("privileged") is { } privileged && privileged.IsTrue())
            scan.Add("DBG407", scan.At(privileged.Line()), "the container is privileged");
        if (security.Get("allowPrivilegeEscalation") is { } escalation && escalation.IsTrue())
            scan.Add("DBG407", scan.At(escalation.Line()), "the container may gain privileges");
        scan.Add(security.Get("capabilities").Get("add").Items().Select(c => ContainerJudge.Capability(c.Text() ?? "", scan.At(c.Line()))));
    }

    private static void Confinement(FileScan scan, YamlNode owner)
    {
        foreach (string profile in new[] { "seccompProfile", "appArmorProfile" })
        {
            if (owner.Get("securityContext").Get(profile).Get("type") is { } type)
                scan.Add([ContainerJudge.Confinement(type.Text() ?? "", scan.At(type.Line()))]);
        }
    }

    private static void Interactive(FileScan scan, YamlNode container, string image, CommandLine line, Place place)
    {
        bool waits = line.IndexOf("sleep") >= 0 || line.IndexOf("tail") >= 0;
        bool tools = ToolImages.Any(t => image.Contains(t, StringComparison.OrdinalIgnoreCase));
        if (waits && tools)
            scan.Add("DBG410", place, $"{image} only waits for somebody to attach");
        else if (container.Get("stdin").IsTrue() && container.Get("tty").IsTrue())
            scan.Add("DBG410", place, "the container waits for somebody to attach (stdin, tty)");
    }

    private static void Role(FileScan scan, YamlNode role)
    {
        foreach (YamlNode rule in role.Get("rules").Items())
        {
            string[] resources = [.. rule.Get("resources").Texts().Intersect(ConsoleResources)];
            string[] verbs = [.. rule.Get("verbs").Texts().Intersect(ActingVerbs)];
            // Reading everything is no console: what matters of "*" is that it may create.
            bool acts = verbs.Length > 0 && (resources.Any(r => r is not ("*" or "pods/*")) || verbs.Any(v => v is "create" or "*"));
            if (resources.Length > 0 && acts)
                scan.Add("DBG411", scan.At(rule.Line()), $"the role {role.Get("metadata").Get("name").Text()} may {string.Join(", ", verbs)} {string.Join(", ", resources)}");
        }
    }

    private static void Service(FileScan scan, YamlNode service)
    {
        bool isPublic = service.Get("spec").Get("type").Text() is "LoadBalancer" or "NodePort";
        foreach (YamlNode port in service.Get("spec").Get("ports").Items())
        {
            YamlNode? number = port.Get("targetPort") ?? port.Get("port");
            if (number is null || ContainerJudge.Port(number.Text() ?? "", scan.At(number.Line())) is not { } exposed)
                continue;
            scan.Add(isPublic ? Surface.Of("DBG413", exposed.Place, $"{exposed.Message}, by a service of type {service.Get("spec").Get("type").Text()}") : exposed);
        }
    }

    private static void Route(FileScan scan, YamlNode route)
    {
        bool hasAuthentication = route.Get("metadata").Get("annotations").Members().Any(a => a.Key.Contains("auth", StringComparison.OrdinalIgnoreCase) || a.Key.Contains("whitelist", StringComparison.OrdinalIgnoreCase));
        if (hasAuthentication)
            return;
        foreach (YamlMappingNode mapping in route.Mappings())
        {
            YamlNode? path = mapping.Get("path") is YamlScalarNode scalar ? scalar : mapping.Get("path").Get("value");
            if (path?.Text() is { } text && DebugPaths.Any(p => text.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
                scan.Add("DBG413", scan.At(path.Line()), $"the path {text} is published without authentication");
        }
    }
}
