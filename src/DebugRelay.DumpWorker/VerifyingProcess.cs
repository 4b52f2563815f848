using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DebugRelay.DumpWorker.Output;
using DebugRelay.DumpWorker.Verifying;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.DumpWorker;

/// <summary>Starts the process that verifies a result.</summary>
internal static class VerifyingProcess
{
    /// <summary>A gigabyte takes five seconds; a debugger's library that was sent in circles takes for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <returns>Seconds of processor time that it took.</returns>
    /// <exception cref="DumpException">The result is not what it must be.</exception>
    public static double Check(SafeFileHandle result, Expectation expected)
    {
        SystemCalls.Inherit(result);
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { "verify", ((int)result.DangerousGetHandle()).ToString(CultureInfo.InvariantCulture) },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start) ?? throw new DumpException(DumpException.Withheld, "the process that verifies could not be started");
        using var timer = new Timer(_ => process.Kill(), null, Patience, Timeout.InfiniteTimeSpan);
        VerifierAnswer answer = Ask(process, expected);
        return answer.Fault is null ? answer.Processor : throw new DumpException(DumpException.Withheld, $"the sanitised dump was withheld: {answer.Fault}");
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
