using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Perf.Peers;

/// <summary>
/// The reading end of the paths that are not ours, as a process of its own so that its processor time can be told from the measurement's: it says when it begins, and
/// at the end what it got and what that took.
/// </summary>
internal static partial class ReaderProcess
{
    private const int ReadSize = 128 * 1024;
    private static readonly JsonWriterOptions Lines = new() { SkipValidation = true };

    /// <summary>Writes a trace to a file, as it comes.</summary>
    public static async Task ReadAsync(string path, double seconds, int bufferMegabytes, string output)
    {
        (Socket socket, ulong session) = DiagnosticPort.Trace(path, bufferMegabytes);
        using Socket stream = socket;
        double before = Environment.CpuUsage.TotalTime.TotalSeconds;
        Console.WriteLine("begun");
        Task stopping = StopLaterAsync(path, session, seconds);
        await using (FileStream file = new(output, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0))
        {
            byte[] buffer = new byte[ReadSize];
            while (stream.Receive(buffer) is > 0 and int got)
                file.Write(buffer, 0, got);
        }
        await stopping;
        Report(before, null);
    }

    /// <summary>
    /// A scrubber as one would write it in an afternoon: TraceEvent names each event's fields, two regular expressions go over each text, and each event becomes a line of
    /// JSON.
    /// </summary>
    /// <param name="source">A process's socket, or a trace's file.</param>
    /// <param name="seconds">How long to trace a process.</param>
    /// <param name="bufferMegabytes">The process's buffer.</param>
    /// <param name="output">The file of lines.</param>
    public static async Task ScrubAsync(string source, double seconds, int bufferMegabytes, string output)
    {
        Task stopping = Task.CompletedTask;
        Stream stream;
        if (File.Exists(source) && source.EndsWith(".nettrace", StringComparison.Ordinal))
        {
            stream = File.OpenRead(source);
        }
        else
        {
            (Socket socket, ulong session) = DiagnosticPort.Trace(source, bufferMegabytes);
            stream = new NetworkStream(socket, ownsSocket: true);
            stopping = StopLaterAsync(source, session, seconds);
        }
        double before = Environment.CpuUsage.TotalTime.TotalSeconds;
        Console.WriteLine("begun");
        var counter = new BurstCounter();
        await using (stream)
        await using (FileStream file = new(output, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: ReadSize))
        {
            using var events = new EventPipeEventSource(stream);
            events.Dynamic.All += each => WriteLine(file, each, counter);
            events.Process();
        }
        await stopping;
        Report(before, counter.Result(isWhole: true));
    }

    private static void WriteLine(FileStream file, TraceEvent each, BurstCounter counter)
    {
        using (var json = new Utf8JsonWriter(file, Lines))
        {
            json.WriteStartObject();
            json.WriteString("provider", each.ProviderName);
            json.WriteString("event", each.EventName);
            json.WriteString("time", each.TimeStamp);
            foreach (string name in each.PayloadNames)
            {
                object? value = each.PayloadByName(name);
                json.WriteString(name, CardNumber().Replace(Secret().Replace(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", "$1=***"), "****"));
                if (name == "number" && value is long number)
                    counter.Add(number, each.TimeStampRelativeMSec);
            }
            json.WriteEndObject();
        }
        file.WriteByte((byte)'\n');
    }

    private static Task StopLaterAsync(string path, ulong session, double seconds) => Task.Run(async () =>
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        DiagnosticPort.Stop(path, session);
    });

    private static void Report(double cpuBefore, CountedTrace? counted)
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"done {Environment.CpuUsage.TotalTime.TotalSeconds - cpuBefore:R} {Process.GetCurrentProcess().PeakWorkingSet64} {counted}"));

    [GeneratedRegex("(password|secret|token|key)\\s*[=:]\\s*\\S+", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    [GeneratedRegex(@"\b(?:\d[ -]?){13,16}\b")]
    private static partial Regex CardNumber();
}
