using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DebugRelay.DumpWorker.Output;
using DebugRelay.DumpWorker.Verifying;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.DumpWorker;

/// <summary>The process that verifies a result. It is started before the dump is read, and waits.</summary>
internal sealed class VerifyingProcess : IDisposable
{
    /// <summary>A gigabyte takes five seconds; a debugger's library that was sent in circles takes for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;

    private VerifyingProcess(Process process) => _process = process;

    /// <summary>Its id.</summary>
    public int Pid => _process.Id;

    /// <param name="result">What it is to look at when it is asked.</param>
    /// <param name="bytes">Bytes of the dump, at most.</param>
    /// <exception cref="DumpException">It does not start.</exception>
    public static VerifyingProcess Start(SafeFileHandle result, long bytes)
    {
        SystemCalls.Inherit(result);
        string seconds = ((long)Watchdog.LimitFor(bytes).TotalSeconds + 10).ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { "verify", ((int)result.DangerousGetHandle()).ToString(CultureInfo.InvariantCulture), seconds },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new VerifyingProcess(Process.Start(start) ?? throw new DumpException(DumpException.Withheld, "the process that verifies could not be started"));
    }

    /// <returns>Seconds of processor time that it took.</returns>
    /// <exception cref="DumpException">The result is not what it must be.</exception>
    public double Check(Expectation expected)
    {
        using var timer = new Timer(_ => _process.Kill(), null, Patience, Timeout.InfiniteTimeSpan);
        VerifierAnswer answer = Ask(_process, expected);
        return answer.Fault is null ? answer.Processor : throw new DumpException(DumpException.Withheld, $"the sanitised dump was withheld: {answer.Fault}");
    }

    /// <summary>Ends it where it was not asked.</summary>
    public void Dispose()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has answered and is gone.
        }
        _process.Dispose();
    }

    private static VerifierAnswer Ask(Process process, Expectation expected)
    {
        try
        {
            using (Stream input = process.StandardInput.BaseStream)
                JsonSerializer.Serialize(input, expected, WorkerJson.Default.Expectation);
            VerifierAnswer? answer = JsonSerializer.Deserialize(process.StandardOutput.BaseStream, WorkerJson.Default.VerifierAnswer);
            process.WaitForExit();
            return answer is null || process.ExitCode != 0 ? new VerifierAnswer("the process that verifies ended without an answer") : answer;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            process.WaitForExit();
            return new VerifierAnswer($"the process that verifies died (exit code {process.ExitCode}): a debugger would too");
        }
    }
}
