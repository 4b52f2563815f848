namespace DebugRelay.Tests.Audit;

/// <summary>Examples of the rules about the runtime.</summary>
internal static class RuntimeExamples
{
    public static readonly RuleExample[] All =
    [
        new("DBG101", "Dockerfile", Image(""), Image("ENV DOTNET_EnableDiagnostics=0")),
        new("DBG101", "app.service", Unit(""), Unit("Environment=DOTNET_EnableDiagnostics_IPC=0 DOTNET_EnableDiagnostics_Debugger=0 DOTNET_EnableDiagnostics_Profiler=0")),
        new("DBG102", "Dockerfile", Image("ENV DOTNET_ENABLEDIAGNOSTICS=0"), Image("ENV DOTNET_EnableDiagnostics=0")),
        new("DBG102", "Dockerfile", Image("ENV DOTNET_EnableDiagnostics=false"), Image("ENV COMPlus_EnableDiagnostics=0")),
        new("DBG102", "Dockerfile", Image("ENV COMPlus_EnableDiagnostics=0 DOTNET_EnableDiagnostics=1"), Image("ENV COMPlus_EnableDiagnostics=1 DOTNET_EnableDiagnostics=0")),
        new("DBG104", "Dockerfile", Image("ENV DOTNET_DiagnosticPorts=/diag/port.sock,nosuspend"), Image("ENV DOTNET_DiagnosticPorts=")),
        new("DBG105", "Dockerfile", Image("ENV DOTNET_DiagnosticPorts=/diag/port.sock"), Image("ENV DOTNET_DiagnosticPorts=/diag/port.sock,nosuspend")),
        new("DBG105", "Dockerfile", Image("ENV DOTNET_DefaultDiagnosticPortSuspend=1"), Image("ENV DOTNET_DefaultDiagnosticPortSuspend=0")),
        new("DBG106", "k8s.yaml", Pod("env: [{name: DOTNET_STARTUP_HOOKS, value: /hooks/hook.dll}]"), Pod("env: [{name: DOTNET_STARTUP_HOOKS, value: \"\"}]")),
        new("DBG107", "app/app.runtimeconfig.json", Config("\"STARTUP_HOOKS\": \"/hooks/hook.dll\""), Config("\"System.GC.Server\": true")),
        new("DBG107", "app.csproj", Project("<ItemGroup><RuntimeHostConfigurationOption Include=\"STARTUP_HOOKS\" Value=\"h.dll\" /></ItemGroup>"), Project("<ItemGroup><RuntimeHostConfigurationOption Include=\"System.GC.Server\" Value=\"true\" /></ItemGroup>")),
        new("DBG108", "app/app.runtimeconfig.json", Config("\"System.GC.Server\": true"), Config("\"System.StartupHookProvider.IsSupported\": false")) { IsStrict = true },
        new("DBG109", "Dockerfile", Image("ENV DOTNET_ADDITIONAL_DEPS=/deps"), Image("ENV DOTNET_NOLOGO=1")),
        new("DBG109", "publish/app.runtimeconfig.dev.json", "{}", "{}") { GoodFile = "publish/app.runtimeconfig.json" },
        new("DBG110", "compose.yaml", Compose("environment:\n      CORECLR_ENABLE_PROFILING: \"1\"\n      CORECLR_PROFILER: \"{0000}\""), Compose("environment:\n      CORECLR_ENABLE_PROFILING: \"0\"\n      CORECLR_PROFILER: \"{0000}\"")),
        new("DBG111", "Dockerfile", Image("ENV DOTNET_DbgEnableMiniDump=1 DOTNET_DbgMiniDumpType=4"), Image("ENV DOTNET_DbgEnableMiniDump=0")),
        new("DBG112", "Dockerfile", Image("ENV DOTNET_CreateDumpDiagnostics=1"), Image("ENV DOTNET_CreateDumpDiagnostics=0")),
        new("DBG114", "Dockerfile", Image("ENV DOTNET_EnableEventPipe=1"), Image("ENV DOTNET_EnableEventPipe=0")),
        new("DBG115", "Dockerfile", Image("ENV DOTNET_PerfMapEnabled=1"), Image("ENV DOTNET_PerfMapEnabled=0")),
        new("DBG116", "Dockerfile", Image("ENV DOTNET_MODIFIABLE_ASSEMBLIES=debug"), Image("ENV DOTNET_MODIFIABLE_ASSEMBLIES=none")),
        new("DBG116", "app/app.runtimeconfig.json", Config("\"System.Reflection.Metadata.MetadataUpdater.IsSupported\": true"), Config("\"System.Reflection.Metadata.MetadataUpdater.IsSupported\": false")),
        new("DBG117", "Dockerfile", "FROM mcr.example/dotnet/sdk:10.0\nENTRYPOINT [\"dotnet\", \"watch\", \"run\"]\n", Image("")),
        new("DBG117", "app.service", Unit("", "/usr/bin/dotnet run --project /srv/app"), Unit("", "/usr/bin/dotnet /srv/app/app.dll")),
        new("DBG118", "Dockerfile", Image("ENV DOTNET_JITMinOpts=1"), Image("ENV DOTNET_TieredCompilation=0")),
        new("DBG119", "Dockerfile", Image("ENV DOTNET_StressLog=1"), Image("ENV DOTNET_StressLog=0")),
        new("DBG120", "Dockerfile", Image("ENV COREHOST_TRACE=1"), Image("ENV COREHOST_TRACE=0")),
        new("DBG121", "app.service", Unit("LimitCORE=infinity"), Unit("LimitCORE=0")),
        new("DBG121", "compose.yaml", Compose("ulimits: {core: -1}"), Compose("ulimits: {core: 0}")),
        new("DBG121", "etc/sysctl.d/10-debug.conf", "kernel.yama.ptrace_scope = 0\n", "kernel.yama.ptrace_scope = 1\n"),
        new("DBG121", "start.sh", "ulimit -c unlimited\n", "ulimit -c 0\n"),
    ];

    public static string Image(string line) => $"FROM mcr.example/dotnet/aspnet:10.0\nWORKDIR /app\n{line}\nENTRYPOINT [\"dotnet\", \"app.dll\"]\n";

    public static string Unit(string line, string command = "/usr/bin/dotnet /srv/app/app.dll") => $"[Service]\nExecStart={command}\nPrivateTmp=yes\n{line}\n";

    public static string Compose(string lines) => $"services:\n  web:\n    image: example/web\n    {lines}\n";

    public static string Pod(string container, string pod = "") => $"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  template:\n    spec:\n      {(pod.Length > 0 ? pod : "restartPolicy: Always")}\n      containers:\n      - name: web\n        image: example/web\n        {container}\n";

    public static string Project(string content) => $"<Project Sdk=\"Microsoft.NET.Sdk\">\n{content}\n</Project>\n";

    private static string Config(string property) => $"{{\n  \"runtimeOptions\": {{\n    \"configProperties\": {{\n      {property}\n    }}\n  }}\n}}\n";
}
