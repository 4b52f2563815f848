using System.Diagnostics;

namespace DebugRelay.Perf.Scrubbing;

/// <summary>Traces of real processes that hold nothing private: a build, and a web server with its client.</summary>
internal static class OrdinaryTraces
{
    private const string Providers = "Microsoft-Extensions-Logging:-1:5,Microsoft-Windows-DotNETRuntime:0x4C14FCCBD:5,Microsoft-Windows-DotNETRuntimePrivate:0x4002000B:5,System.Threading.Tasks.TplEventSource:-1:5,"
        + "Microsoft-Build:-1:5,System.Net.Http:-1:5,Microsoft-AspNetCore-Server-Kestrel:-1:5,Microsoft-DotNETCore-SampleProfiler:0:5";

    /// <summary>Leaves one trace a process in the folder, and a library that was built.</summary>
    public static async Task RecordAsync(string folder)
    {
        await RunAsync(folder, "dotnet", ["new", "classlib", "-o", "lib", "--no-restore"], traced: false);
        await RunAsync(folder, "dotnet", ["build", "lib", "-nodeReuse:false", "-p:UseSharedCompilation=false"], traced: true);
        await RunAsync(folder, Environment.ProcessPath!, ["serve"], traced: true);
    }

    private static async Task RunAsync(string folder, string program, string[] arguments, bool traced)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        if (traced)
        {
            start.Environment["DOTNET_EnableEventPipe"] = "1";
            start.Environment["DOTNET_EventPipeConfig"] = Providers;
            start.Environment["DOTNET_EventPipeOutputPath"] = Path.Combine(folder, "{pid}.nettrace");
            start.Environment["DOTNET_EventPipeCircularMB"] = "256";
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} failed: {output}{await errors}");
        }
    }
}
