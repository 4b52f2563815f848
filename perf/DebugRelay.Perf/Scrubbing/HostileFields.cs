using System.Globalization;
using DebugRelay.Scrubbing;

namespace DebugRelay.Perf.Scrubbing;

/// <summary>Fields of 64 KB that are built against the rules and decoders: each is what the slowest known text for one of them repeats.</summary>
internal static class HostileFields
{
    private const int Length = 65_536;
    private const int Rounds = 5;
    private const int WarmUps = 3;
    private const double Goal = 20;

    private static readonly string[] Patterns =
    [
        "@", "a@b.", "eyJ", "eyJhbGciOiJ.x", "password=\"", "password='token=\"", "tokentoken", "password=,", "password == ", "4111 ", "4", "1 ", "GB82 ", "://", "://a@",
        "-----BEGIN RSA PRIVATE", "-----BEGIN CERTIFICATE-----END RSA PRIVATE KEY-----", "aws", "basic ", "Bearer a.", "%25", "\\\\", "\\u005c", "[", "{\"a\":",
        "[\"\\\"[", "QUFB/", "ZXlKaGJHY2lPaUpJ", "sk-", "ghp_aaaaaaaaaa", "pwd=a;pwd='", "Authorization: ", "1.", "1.1.1.", "10.1.2.3/", ":", "::", "2001:", "a:b:",
        "00:", "00-", "0000.", "/home/", "C:\\Users\\", "/home/x", "+1", "+44 ", "+", "?a=", "?", "&a=b", "a?b=c&", "HTTP/1.1\n", "HTTP/1.1\na: b\n", "Headers:",
        "-H 'a: b' ", "-H '", "select ", "SELECT ", "select from ", "SELECT 'a", "insert into ", "update ", "Parameters=[", ")=(", "duplicate entry '", "exec ",
        "input syntax for type ", "key ", "key key", "secret=aaaaaaaaaaaaaaaa", "networkcredential(", "curl -u ", "convertto-securestring -", "NRAL", "AZDO", "LE!", "-us1",
        "passwordx, \"", "password is '", "Q~", "8Q~", "\u200b", "\uff11", "e\u0301", "token: bearer ", "IDENTIFIED BY ", "{\"headers\":{", "[[\"key\",\"value\"],",
    ];

    /// <summary>Exit code 1 where a field takes longer than 20 ms.</summary>
    public static int Run()
    {
        var scrubber = new TextScrubber(ScrubProfile.Default);
        Console.WriteLine("| 64 KB of | ms |");
        Console.WriteLine("|---|---|");
        // Code that the compiler has not finished with is not what is measured: every pattern runs before the first one counts.
        foreach (var pattern in Enumerable.Repeat(Patterns, WarmUps).SelectMany(p => p))
        {
            Best(scrubber, pattern);
        }

        var results = Patterns.Select(p => (Pattern: p, Milliseconds: Best(scrubber, p))).OrderByDescending(r => r.Milliseconds).ToList();
        foreach (var (pattern, milliseconds) in results.Take(15))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| `{pattern.Replace("\n", "\\n", StringComparison.Ordinal)}` | {milliseconds:F1} |"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{Patterns.Length} patterns, slowest {results[0].Milliseconds:F1} ms, goal {Goal} ms"));
        return results[0].Milliseconds <= Goal ? 0 : 1;
    }

    private static double Best(TextScrubber scrubber, string pattern)
    {
        var text = string.Concat(Enumerable.Repeat(pattern, (Length / pattern.Length) + 1))[..Length];
        return Enumerable.Range(0, Rounds).Min(_ => ThreadClock.Seconds(() => scrubber.Scrub(text))) * 1_000;
    }
}
