using System.Diagnostics;
using System.Text.Json;
using DebugRelay.Cli.Commands.Dump;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Unix;

namespace DebugRelay.Cli.Commands.Scrub;

/// <summary>What of a dump is masked beyond the rule.</summary>
/// <param name="MaskLiterals">The program's literals too.</param>
/// <param name="MaskFields">Numbers in the program's own objects too.</param>
/// <param name="Runtime">The folder of the runtime that the dump is of; null to look for it.</param>
internal sealed record DumpChoices(bool MaskLiterals, bool MaskFields, string? Runtime)
{
    public IEnumerable<string> Arguments()
    {
        if (MaskLiterals)
            yield return "--mask-literals";
        if (MaskFields)
            yield return "--mask-fields";
        if (Runtime is { } folder)
        {
            yield return "--runtime";
            yield return folder;
        }
    }
}

/// <summary>Lets the dump worker, a program of its own, sanitise a dump: what it reads, and the debugger's library that it loads, stay out of this process.</summary>
internal sealed class DumpScrubber(Terminal terminal)
{
    private const string Program = "debugrelay-dumpworker";

    /// <summary>The code of a result that failed its check.</summary>
    private const string Withheld = "dump-withheld";

    private const string Usage = "usage";

    /// <summary>Sanitises a dump.</summary>
    /// <exception cref="LocalException">It cannot be done.</exception>
    /// <exception cref="WithheldException">The result failed its check.</exception>
    public async Task<DumpReport> ScrubAsync(string input, string output, bool overwrite, DumpChoices choices, CancellationToken cancellation)
    {
        using Process worker = Start(input, output, overwrite, choices);
        try
        {
            DumpLine? last = null;
            using var progress = new ProgressLine(terminal, whole: null);
            while (await worker.StandardOutput.ReadLineAsync(cancellation) is { } line)
            {
                last = Read(line);
                if (last?.Progress is { } stage)
                    progress.Report(new FileInfo(input).Length, DumpProgressView.NameOf(stage.Stage));
            }
            await worker.WaitForExitAsync(cancellation);
            return last?.Report ?? throw Failure(last?.Failure, worker.ExitCode);
        }
        catch
        {
            worker.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(string input, string output, bool overwrite, DumpChoices choices)
    {
        string path = Path.Combine(AppContext.BaseDirectory, Program);
        if (!File.Exists(path))
            throw new LocalException($"{Program} is not beside this program", "install it: it belongs to the same package");
        var start = new ProcessStartInfo(path) { RedirectStandardOutput = true };
        foreach (string argument in (string[])["scrub", Path.GetFullPath(input), Path.GetFullPath(output), .. choices.Arguments(), .. overwrite ? (string[])["--force"] : []])
            start.ArgumentList.Add(argument);
        WorkerEnvironment.Restrict(start);
        return Process.Start(start) ?? throw new LocalException($"{Program} could not be started", null);
    }

    private static DumpLine? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ProtocolJson.Default.DumpLine);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static CliException Failure(Refused? failure, int exitCode) => failure switch
    {
        { Code: Withheld } => new WithheldException(failure.Message),
        { Code: Usage } => new UsageException(failure.Message, "see `debugrelay scrub --help`"),
        not null => new LocalException(failure.Message, failure.Hint),
        _ => new LocalException($"{Program} died (exit code {exitCode}): the dump may be broken", "nothing was written"),
    };
}
