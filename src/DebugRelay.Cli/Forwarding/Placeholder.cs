using System.Diagnostics;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Forwarding;

/// <summary>
/// A local process that stands for the remote one, for tools that take nothing but a pid: they look for a socket that bears it in that process's
/// TMPDIR. It does nothing, and ends with this client, however that ends: it waits for the end of an input that only we hold.
/// </summary>
internal sealed class Placeholder : IDisposable
{
    private readonly Process _process;

    private Placeholder(Process process) => _process = process;

    public int Pid => _process.Id;

    /// <summary>What tools look for: the pid, and a number that tells it from earlier processes of the same pid.</summary>
    public string SocketName => $"dotnet-diagnostic-{Pid}-{Pid}-socket";

    /// <param name="folder">Its TMPDIR.</param>
    /// <exception cref="LocalException">It cannot be started.</exception>
    public static Placeholder Start(string folder)
    {
        var start = new ProcessStartInfo("cat") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["TMPDIR"] = folder;
        try
        {
            return new Placeholder(Process.Start(start)!);
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new LocalException($"the placeholder process (cat) cannot be started: {error.Message}", "is there a PATH?", error);
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
