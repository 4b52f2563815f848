using System.Globalization;
using System.Text.Json;
using DebugRelay.DumpWorker.Elf;
using DebugRelay.DumpWorker.Output;
using DebugRelay.DumpWorker.Verifying;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.DumpWorker;

/// <summary>The second process of a dump: it gets the result as an open descriptor and what it must be on its input, and answers on its output.</summary>
internal static class VerifyMode
{
    /// <param name="descriptor">Number of the descriptor that was inherited.</param>
    /// <param name="seconds">Processor time that it may take.</param>
    public static int Run(string descriptor, string seconds)
    {
        SystemCalls.EndWithParent();
        // Who asks has read a hostile dump: not a word of his before this.
        _ = DumpLimits.OfProcess(TimeSpan.FromSeconds(long.Parse(seconds, CultureInfo.InvariantCulture)), fileSize: 0, child: 0).Apply();
        using Stream input = Console.OpenStandardInput(), output = Console.OpenStandardOutput();
        Expectation expected = JsonSerializer.Deserialize(input, WorkerJson.Default.Expectation)!;
        VerifierAnswer answer;
        try
        {
            using var file = new FileStream(new SafeFileHandle(int.Parse(descriptor, CultureInfo.InvariantCulture), ownsHandle: true), FileAccess.Read);
            using var watchdog = new Watchdog(file.Length, _ => { });
            using var core = new CoreFile(new MappedFile(file));
            answer = Verifier.Verify(core, file, expected);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Not its message, which could repeat what was read.
            answer = new VerifierAnswer(e is DumpException ? e.Message : $"the result cannot be read ({e.GetType().Name})");
        }
        answer = answer with { Processor = Math.Round(Environment.CpuUsage.TotalTime.TotalSeconds, 3) };
        JsonSerializer.Serialize(output, answer, WorkerJson.Default.VerifierAnswer);
        return 0;
    }
}
