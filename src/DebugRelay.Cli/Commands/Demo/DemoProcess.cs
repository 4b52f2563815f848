using System.Diagnostics;
using System.Runtime.InteropServices;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>A program of ours that lies beside the client and runs as long as the demo wants it.</summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int RememberedLines = 8;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Queue<string> _lastErrors = new();

    private DemoProcess(Process process, string name)
    {
        (_process, Name) = (process, name);
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginErrorReadLine();
    }

    public string Name { get; }

    public int Id => _process.Id;

    /// <summary>The last lines that it wrote to standard error: where it says what went wrong.</summary>
    public IReadOnlyList<string> LastErrors
    {
        get
        {
            lock (_lastErrors)
                return [.. _lastErrors];
        }
    }

    /// <summary>Starts a program and waits for the line in which it says that it is ready.</summary>
    /// <returns>The process and the line.</returns>
    /// <exception cref="LocalException">It is not there, or ended, or said nothing.</exception>
    public static async Task<(DemoProcess Process, string Ready)> StartAsync(
        string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        string path = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? $"{name}.exe" : name);
        if (!File.Exists(path))
            throw new LocalException($"{name} is not beside the client in {AppContext.BaseDirectory}", "build the whole solution: `dotnet build`");
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What guards the doors has none of its own; the shop is there to be looked into.
        if (name != "debugrelay-sample")
            start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach ((string variable, string value) in environment)
            start.Environment[variable] = value;
        var process = new DemoProcess(Process.Start(start)!, name);
        try
        {
            return (process, await process.ReadyAsync(cancellation));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks the process to end (SIGTERM, and the end of its input), and ends it by its id if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            if (!OperatingSystem.IsWindows())
                _ = Kill(_process.Id, Terminate);
            using var limit = new CancellationTokenSource(EndLimit);
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }

    private async Task<string> ReadyAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartLimit);
        try
        {
            if (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                // Nobody reads what else it says, and a full pipe would stop it.
                _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return line;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new LocalException($"{Name} did not say within {StartLimit.TotalSeconds:0} s that it is ready", LastWords());
        }
        await _process.WaitForExitAsync(cancellation);
        throw new LocalException($"{Name} ended at once, with exit code {_process.ExitCode}", LastWords());
    }

    private string? LastWords() => LastErrors.Count > 0 ? $"it said: {LastErrors[^1]}" : null;

    private void Remember(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_lastErrors)
        {
            _lastErrors.Enqueue(line);
            if (_lastErrors.Count > RememberedLines)
                _lastErrors.Dequeue();
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
