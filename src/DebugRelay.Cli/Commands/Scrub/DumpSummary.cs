using System.Globalization;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Scrub;

/// <summary>What was done to a dump, for people.</summary>
internal static class DumpSummary
{
    public static void Write(DumpReport report, TextWriter output)
    {
        if (report.Heap)
        {
            output.WriteLine($"masked {Count(report, "strings")} strings, {Count(report, "arrays")} arrays; kept {Count(report, "literals-kept")} literals of the program");
        }
        else
        {
            output.WriteLine($"the result holds no managed heap: {Table.Printable(report.Reason ?? "")}");
            output.WriteLine("only native threads and modules can be looked at; give the runtime's folder with --runtime to keep more");
        }
        foreach ((string kind, DumpMemory memory) in report.Memory.Where(m => m.Key != "managed-heap"))
            output.WriteLine($"{kind,-24} {Amounts.Bytes(memory.Bytes),10}, of which kept {Amounts.Bytes(memory.Kept)}");
        if (report.Verified is { } facts)
            output.WriteLine($"verified: {N(facts.Objects)} objects of {N(facts.Types)} types, {N(facts.Threads)} threads with {N(facts.Frames)} frames and {N(facts.Roots)} roots, as in the raw dump");
        output.WriteLine($"verified: none of {N(report.Canaries)} texts of the process is in the result");
        output.WriteLine($"sha256 {report.Sha256}");
    }

    private static string Count(DumpReport report, string kind) => N(report.Masked.GetValueOrDefault(kind));

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
