using System.Text.RegularExpressions;
using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>Options of Node, Java, Go and Python that open a debugger, wherever they are written.</summary>
internal static partial class OtherRuntimeJudge
{
    /// <summary>Judges the text of a command line or of an options variable.</summary>
    public static IEnumerable<Surface> JudgeOptions(string text, Place place)
    {
        if (Inspect().Match(text) is { Success: true } inspect)
        {
            string host = inspect.Groups["host"].Value;
            Severity severity = host.Length == 0 || UrlJudge.IsLoopback(host) ? (host.Length == 0 ? Severity.High : Severity.Medium) : Severity.Critical;
            yield return Surface.Of("DBG501", place, $"Node's inspector is on ({inspect.Value.Trim()})", severity);
        }
        if (Jdwp().Match(text) is { Success: true } jdwp)
        {
            string host = UrlJudge.HostOf(JdwpAddress().Match(text).Groups[1].Value) ?? "";
            bool open = UrlJudge.IsEverywhere(host) || !UrlJudge.IsLoopback(host);
            yield return Surface.Of("DBG502", place, $"a JDWP agent is on ({jdwp.Value})", open ? null : Severity.High);
        }
        if (text.Contains("jmxremote.port", StringComparison.Ordinal) && JmxOpen().IsMatch(text))
            yield return Surface.Of("DBG503", place, "JMX listens without authentication or TLS");
    }

    [GeneratedRegex(@"(?<![\w-])--inspect(-brk|-wait)?(=(?<host>[\w.\[\]:-]*?)(:\d+)?)?(?=[\s""']|$)")]
    private static partial Regex Inspect();

    [GeneratedRegex(@"-agentlib:jdwp|-Xrunjdwp")]
    private static partial Regex Jdwp();

    [GeneratedRegex(@"address=([^,\s""']+)")]
    private static partial Regex JdwpAddress();

    [GeneratedRegex(@"jmxremote\.(authenticate|ssl)=false")]
    private static partial Regex JmxOpen();
}
