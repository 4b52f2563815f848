using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DebugRelay.TestSupport.Processes;

/// <summary>
/// A real process of a test: its output is captured line by line, it takes signals by its id, and dispose kills it and
/// the processes that it started, nothing else.
/// </summary>
public sealed class TestProcess : IAsyncDisposable
{
    /// <summary>How long a wait lasts when the test names no limit: generous, since it only ends a test that has failed.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    // A grandchild that outlives the process keeps its output open: do not wait for that end for ever.
    private static readonly TimeSpan OutputDrainLimit = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly string _name;
    private readonly Task _outputRead;

    private TestProcess(Process process, string name)
    {
        _process = process;
        _name = name;
        Id = process.Id;
        _outputRead = Task.WhenAll(Output.ReadToEndAsync(process.StandardOutput), Errors.ReadToEndAsync(process.StandardError));
    }

    public int Id { get; }

    public CapturedLines Output { get; } = new();

    public CapturedLines Errors { get; } = new();

    public StreamWriter Input => _process.StandardInput;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts <paramref name="program"/> (see <see cref="BuiltPrograms"/>, or any path or name on PATH).</summary>
    /// <param name="program">The program's path, or a name found on PATH.</param>
    /// <param name="arguments">Its arguments, one each, unquoted.</param>
    /// <param name="environment">Variables set over the test's own; null as value removes one.</param>
    /// <param name="workingDirectory">The test's own when null.</param>
    public static TestProcess Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;

        return new TestProcess(Process.Start(start)!, Path.GetFileName(program));
    }

    /// <summary>Runs <paramref name="program"/> to its end and returns it with its whole output captured.</summary>
    public static async Task<TestProcess> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, TimeSpan? limit = null)
    {
        TestProcess process = Start(program, arguments, environment);
        try
        {
            process.Input.Close();
            await process.WaitForExitAsync(limit);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>The exit code; 128 + the signal's number for a process that a signal ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Waits for a line of standard output. Fails with all output when the time is up or the output ends without it.</summary>
    public Task<string> WaitForOutputAsync(Predicate<string> wanted, TimeSpan? limit = null) => WaitForLineAsync(Output, wanted, limit);

    /// <summary>Waits for a line of standard error. Fails with all output when the time is up or the output ends without it.</summary>
    public Task<string> WaitForErrorAsync(Predicate<string> wanted, TimeSpan? limit = null) => WaitForLineAsync(Errors, wanted, limit);

    /// <summary>Waits for the end of the process and returns its exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        using var deadline = new CancellationTokenSource(limit ?? DefaultLimit);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Describe()} did not end in time.");
        }

        await Task.WhenAny(_outputRead, Task.Delay(OutputDrainLimit));
        return _process.ExitCode;
    }

    public void Terminate() => Send(UnixSignal.Terminate);

    public void Interrupt() => Send(UnixSignal.Interrupt);

    public void Kill() => Send(UnixSignal.Kill);

    public void Suspend() => Send(UnixSignal.Stop);

    public void Resume() => Send(UnixSignal.Continue);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        await Task.WhenAny(_outputRead, Task.Delay(OutputDrainLimit));
        _process.Dispose();
    }

    private async Task<string> WaitForLineAsync(CapturedLines lines, Predicate<string> wanted, TimeSpan? limit)
    {
        using var deadline = new CancellationTokenSource(limit ?? DefaultLimit);
        try
        {
            return await lines.FindAsync(wanted, deadline.Token)
                ?? throw new InvalidOperationException($"{Describe()} ended its output without the line waited for.");
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Describe()} did not write the line waited for in time.");
        }
    }

    private void Send(UnixSignal signal)
    {
        // An id may belong to someone else once its process was reaped.
        if (_process.HasExited) throw new InvalidOperationException($"{Describe()} has ended already.");
        if (SendSignal(Id, (int)signal) == 0) return;
        throw new InvalidOperationException($"{Describe()} did not take {signal}: errno {Marshal.GetLastPInvokeError()}.");
    }

    private string Describe() => $"{_name} (pid {Id}) [stdout: {Output.Text}] [stderr: {Errors.Text}]";

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);

    /// <summary>Numbers of Linux.</summary>
    private enum UnixSignal
    {
        Interrupt = 2,
        Kill = 9,
        Terminate = 15,
        Continue = 18,
        Stop = 19,
    }
}
