using static DebugRelay.Surfaces.Catalogue.Severity;

namespace DebugRelay.Surfaces.Catalogue;

/// <summary>What is built and shipped: images, publish folders, pipelines.</summary>
internal static class ArtefactRules
{
    public static readonly SurfaceRule[] All =
    [
        new("DBG301", High, "vsdbg is in the image",
            "A debugger beside the service attaches for whoever gets a shell. Stages that nothing is copied from do not count.",
            "Attach through a session of the relay instead.", 489),
        new("DBG302", Critical, "netcoredbg is present, or listens",
            "With --server it listens on TCP 4711 without a question; without, it is a debugger in the image (high).",
            "Remove it.", 306),
        new("DBG303", Critical, "msvsmon without authentication",
            "The remote debugger with /noauth or /anyuser gives code execution to the network.",
            "Remove it; never /noauth.", 306),
        new("DBG304", High, "A remote agent of JetBrains tools is in the image",
            "Debugger workers and profiler command lines attach to the service.",
            "Remove it.", 489),
        new("DBG305", High, "Leftovers of Visual Studio's container fast mode",
            "The image waits for the debugger (DistrolessHelper --wait, tail -f /dev/null) or mounts its folders.",
            "Build the final stage.", 489),
        new("DBG306", Medium, "Diagnostic tools in a production image",
            "dotnet-dump, dotnet-trace, gdb, strace and their like need no upload any more. dotnet-dsrouter with TCP on all interfaces gives the diagnostics socket to the network (critical).",
            "Remove them; use the relay.", 1125),
        new("DBG307", Medium, "The SDK image is the final stage",
            "Compilers, package tools and a shell in production.",
            "Use dotnet/aspnet or dotnet/runtime, chiseled where it fits.", 1125),
        new("DBG308", High, "A Debug-built assembly in the publish output",
            "Not optimised, editable by hot reload, and with whatever stands under #if DEBUG.",
            "dotnet publish -c Release.", 11),
        new("DBG309", Medium, "The pipeline publishes Debug",
            "What is shipped is built with -c Debug, or Release is defined with DEBUG or without optimisation.",
            "-c Release.", 489),
        new("DBG310", Low, "Symbols or embedded sources are shipped",
            "PDBs name source files and lines; embedded sources are the sources (medium); under wwwroot they are public (high).",
            "<DebugType>none</DebugType> for the image; keep symbols on a symbol server.", 540),
        new("DBG311", Low, "launchSettings.json or files of an IDE are shipped",
            "They hold Development settings, ports and sometimes secrets. COPY . . without a .dockerignore brings them.",
            "Put Properties/launchSettings.json, .vs and .vscode into .dockerignore.", 489),
        new("DBG312", Medium, "Code waits for a debugger or launches one",
            "Debugger.Launch, Debugger.Break and loops on IsAttached stop the service until somebody attaches.",
            "Remove it, or put it under #if DEBUG.", 489),
        new("DBG314", High, "An SSH server in the application's image",
            "A second way in beside the platform's, often with a password that everybody knows.",
            "Remove sshd, or keys only and the platform's tunnel only.", 798),
        new("DBG315", High, "A web terminal or tunnel in the image",
            "ttyd, code-server, ngrok and their like open a way in, or out and back in.",
            "Remove it.", 489),
        new("DBG316", Medium, "A known debug port is exposed",
            "Ports of debuggers, profilers and dashboards. The number alone, without the program, counts as low.",
            "Close it.", 668),
    ];
}
