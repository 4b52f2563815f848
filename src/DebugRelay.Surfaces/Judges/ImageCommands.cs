using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>Tools that are put into an image, or run in a container, and open ways in.</summary>
internal static class ImageCommands
{
    private static readonly string[] DotNetTools = ["dotnet-dump", "dotnet-trace", "dotnet-gcdump", "dotnet-counters", "dotnet-dsrouter", "dotnet-sos", "dotnet-stack", "dotnet-symbol"];
    private static readonly string[] NativeTools = ["gdb", "lldb", "strace", "ltrace", "gdbserver", "perf", "linux-perf", "linux-tools"];
    private static readonly string[] Tunnels = ["ttyd", "gotty", "wetty", "code-server", "ngrok", "devtunnel", "tmate"];
    private static readonly string[] Managers = ["apt-get", "apt", "apk", "yum", "dnf", "microdnf", "tdnf", "zypper"];

    public static IEnumerable<Surface> Judge(CommandLine line)
    {
        if (line.Use is CommandUse.ImageBuild or CommandUse.EntryPoint)
        {
            foreach (Surface surface in Tools(line).Concat(Shells(line)))
                yield return surface;
        }
        if (line.IndexOf("dotnet-dsrouter") >= 0 && line.ValuesOf("-tcps", "--tcp-server", "-tcpc", "--tcp-client").FirstOrDefault() is { } tcp && UrlJudge.IsEverywhere(UrlJudge.HostOf(tcp) ?? ""))
            yield return Surface.Of("DBG306", line.Place, $"dotnet-dsrouter gives the diagnostics socket to the network ({tcp})", Severity.Critical);
    }

    private static IEnumerable<Surface> Tools(CommandLine line)
    {
        bool installs = Installs(line);
        bool fetchesTool = line.IndexOf("dotnet") >= 0 && line.Has("tool");
        foreach (string tool in DotNetTools)
        {
            // "dotnet-dump" as an argument of a package manager, of `dotnet tool install`, or in a download's URL.
            if ((fetchesTool && line.Has(tool)) || line.Words.Any(w => w.Contains("/" + tool, StringComparison.OrdinalIgnoreCase)))
                yield return Surface.Of("DBG306", line.Place, $"{tool} is put into the image");
        }
        foreach (string tool in NativeTools.Where(t => installs && line.Has(t)))
            yield return Surface.Of("DBG306", line.Place, $"{tool} is put into the image");
        bool tunnels = line.IndexOf("cloudflared") >= 0 && line.Has("tunnel") && line.ValuesOf("--url").Any();
        if (tunnels || Tunnels.FirstOrDefault(t => line.IndexOf(t) >= 0 || line.Words.Any(w => w.Contains($"/{t}", StringComparison.OrdinalIgnoreCase))) is not null)
            yield return Surface.Of("DBG315", line.Place, "a web terminal or tunnel is installed or started");
    }

    private static IEnumerable<Surface> Shells(CommandLine line)
    {
        if (Installs(line) && (line.Has("openssh-server") || line.Has("openssh") || line.Has("dropbear")))
            yield return Surface.Of("DBG314", line.Place, "an SSH server is put into the image");
        if (line.Has("chpasswd") || line.Mentions("chpasswd"))
        {
            if (line.Words.Any(w => w.Contains(':', StringComparison.Ordinal) && !w.Contains('$', StringComparison.Ordinal) && !w.Contains("//", StringComparison.Ordinal)))
                yield return Surface.Of("DBG314", line.Place, "a password stands in the image's build");
        }
        if (line.IndexOf("sshd") >= 0 && line.Use == CommandUse.EntryPoint)
            yield return Surface.Of("DBG314", line.Place, "an SSH server is started in the container");
    }

    private static bool Installs(CommandLine line)
        => Managers.Any(m => line.IndexOf(m) >= 0) && (line.Has("install") || line.Has("add"));
}
