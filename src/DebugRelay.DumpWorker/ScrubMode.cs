using System.Text.Json;
using DebugRelay.DumpWorker.Output;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Unix.Confinement;

namespace DebugRelay.DumpWorker;

/// <summary>Sanitises a dump that lies in a file. Lines of JSON on the output tell how far it is and what came of it.</summary>
internal static class ScrubMode
{
    private const string Overwrite = "--force";

    /// <returns>0 when the result has its name; 1 when there is none.</returns>
    public static int Run(string input, string output, string[] options)
    {
        try
        {
            SanitiseOptions parsed = Parse([.. options.Where(o => o != Overwrite)]);
            using FileStream raw = Open(input);
            using var watchdog = new Watchdog(raw.Length, Tell);
            string[] isolation = OwnLimits.ApplyLeast();
            using ResultName result = ResultName.Create(output);
            using var verifying = VerifyingProcess.Start(result.File, raw.Length);
            DumpReport report = DumpJob.Run(raw, result.File, parsed, verifying, isolation, stage => Tell(new DumpLine(Progress: new DumpProgress(stage, 0, 0))));
            result.Keep(options.Contains(Overwrite));
            Tell(new DumpLine(Report: report));
            return 0;
        }
        catch (DumpException e)
        {
            return Fail(e.Code, e.Message);
        }
        catch (IOException e)
        {
            return Fail(DumpException.Storage, e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Not its message, which could repeat what was read.
            return Fail(DumpException.BadDump, $"the dump cannot be read ({e.GetType().Name})");
        }
    }

    private static SanitiseOptions Parse(string[] options)
    {
        var parsed = new SanitiseOptions();
        for (int i = 0; i < options.Length; i++)
        {
            parsed = options[i] switch
            {
                "--mask-literals" => parsed with { MaskLiterals = true },
                "--mask-fields" => parsed with { MaskFields = true },
                "--runtime" when i + 1 < options.Length => parsed with { RuntimeFolder = Path.GetFullPath(options[++i]) },
                _ => throw new DumpException("usage", $"{options[i]} is no option of scrub"),
            };
        }
        return parsed;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0 });
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DumpException(DumpException.Storage, e.Message, e);
        }
    }

    private static int Fail(string code, string message)
    {
        Tell(new DumpLine(Failure: new Refused(code, message)));
        return 1;
    }

    private static void Tell(DumpLine line) => Console.Out.WriteLine(JsonSerializer.Serialize(line, ProtocolJson.Default.DumpLine));
}
