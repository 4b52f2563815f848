using DebugRelay.Cli.Failures;
using Microsoft.Diagnostics.Symbols;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.Stacks;
using Microsoft.Diagnostics.Tracing.Stacks.Formats;

namespace DebugRelay.Cli.Commands.Trace;

/// <summary>Turns a trace's sampled stacks into a file for a browser, as `dotnet-trace convert` does.</summary>
internal static class TraceConversion
{
    public const string NetTrace = "nettrace";

    private static readonly Dictionary<string, string> Endings = new(StringComparer.OrdinalIgnoreCase) { ["speedscope"] = ".speedscope.json", ["chromium"] = ".chromium.json" };

    /// <summary>The formats, nettrace first.</summary>
    public static IReadOnlyList<string> Formats => [NetTrace, .. Endings.Keys];

    /// <summary>Where the converted file of a trace goes.</summary>
    public static string PathFor(string tracePath, string format) => Path.ChangeExtension(tracePath, null) + Endings[format];

    /// <summary>Converts a whole trace. The trace itself stays.</summary>
    /// <param name="tracePath">A .nettrace file.</param>
    /// <param name="format">One of <see cref="Formats"/> but the first.</param>
    /// <param name="overwrite">Whether an existing file may go.</param>
    /// <returns>The new file.</returns>
    /// <exception cref="LocalException">It cannot be read, or written.</exception>
    public static async Task<string> ConvertAsync(string tracePath, string format, bool overwrite)
    {
        string folder = Directory.CreateTempSubdirectory("debugrelay-").FullName;
        try
        {
            string made = Path.Combine(folder, "made.json");
            Convert(tracePath, Path.Combine(folder, "index.etlx"), made, format);
            await using ResultFile file = ResultFile.Create(PathFor(tracePath, format), overwrite);
            await file.AppendAsync(new System.Buffers.ReadOnlySequence<byte>(await File.ReadAllBytesAsync(made)), CancellationToken.None);
            await file.FinishAsync();
            return file.Path;
        }
        catch (Exception error) when (error is not (CliException or OutOfMemoryException))
        {
            throw new LocalException($"the trace cannot be converted: {error.Message}", $"{tracePath} is whole: try `dotnet-trace convert`", error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Convert(string tracePath, string indexPath, string made, string format)
    {
        TraceLog.CreateFromEventPipeDataFile(tracePath, indexPath);
        using var log = new TraceLog(indexPath);
        // Names are in the trace; nothing is looked for on the network.
        using var symbols = new SymbolReader(TextWriter.Null) { SymbolPath = "" };
        var stacks = new MutableTraceEventStackSource(log) { OnlyManagedCodeStacks = true };
        new SampleProfilerThreadTimeComputer(log, symbols) { IncludeEventSourceEvents = false }.GenerateThreadTimeStacks(stacks);
        if (stacks.SampleIndexLimit == 0)
            throw new LocalException("the trace has no sampled stacks to convert", "record it with --profile cpu");
        if (string.Equals(format, "speedscope", StringComparison.OrdinalIgnoreCase))
            SpeedScopeStackSourceWriter.WriteStackViewAsJson(stacks, made);
        else
            ChromiumStackSourceWriter.WriteStackViewAsJson(stacks, made, compress: false);
    }
}
