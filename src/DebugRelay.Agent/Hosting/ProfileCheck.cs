using System.ComponentModel;
using System.Diagnostics;
using DebugRelay.Policy.Configuration;

namespace DebugRelay.Agent.Hosting;

/// <summary>
/// Has a worker read the host's scrub profile before any session needs it. The agent knows nothing of scrubbing; a worker that cannot use the
/// profile would refuse every session, and say why only then.
/// </summary>
internal static class ProfileCheck
{
    /// <exception cref="ConfigurationException">The profile cannot be used; the message says where and why.</exception>
    public static async Task RunAsync(HostProfile profile, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "debugrelay-worker"))
        {
            ArgumentList = { "--check", profile.Name },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using Process worker = Launch(start);
        await worker.StandardInput.BaseStream.WriteAsync(profile.Content, cancellation);
        worker.StandardInput.Close();
        string problem = await worker.StandardError.ReadToEndAsync(cancellation);
        await worker.WaitForExitAsync(cancellation);
        if (worker.ExitCode != 0)
            throw new ConfigurationException($"scrub profile {profile.Name}: {problem.TrimEnd()}");
    }

    private static Process Launch(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new ConfigurationException($"debugrelay-worker could not be started: {e.Message}");
        }
    }
}
