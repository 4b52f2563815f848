using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Text;
using Xunit;

namespace DebugRelay.Tests.Scrubbing;

/// <summary>Texts put together from fragments of secrets and of syntax: the detectors must neither fail nor give findings that do not fit the text.</summary>
public class FragmentTests
{
    private static readonly string[] Fragments =
    [
        "password", "=", ":", "\"", "'", "{", "}", "[", "]", ",", ";", " ", "\\", "\\u0040", "%40", "%", "@", "a", "example.com", "alice@example.com",
        "4111 1111 1111 1111", "4", "eyJhbGciOiJub25lIn0", ".", "eyJ", "-----BEGIN ", "PRIVATE" + " KEY-----", "-----END ", "Bearer ", "Basic ",
        "YWxpY2U6cHc=", "://", "/", "?", "&", "sig=", "token", "Authorization", "Cookie", "GB82 WEST 1234 5698 7654 32", "gh" + "p_", "AK" + "IA", "aws ",
        "\u200b", "４", "é", "\ud83d", "\0", "\n", "<", ">", "--", "key", "value", "PuTTY-User-Key-File-", "<RSAKeyValue>", "null", "12.5", "$", "(", ")",
        "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB", "pwd=", "==",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Findings_fit_the_text(int seed)
    {
        var random = new Random(seed);
        var scanner = new TextScanner(RuleCatalog.Set(RuleCatalog.All.Select(r => r.Name), []));
        var hits = new HitList();
        var found = 0;
        for (var round = 0; round < 5_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => Fragments[random.Next(Fragments.Length)]));
            hits.Clear();
            scanner.RedactedByKey.Clear();
            scanner.Scan(text, (TextKind)random.Next(3), hits);
            found += hits.Count;
            AssertInOrder(text, hits);
        }

        Assert.True(found > 1_000);
    }

    private static void AssertInOrder(string text, HitList hits)
    {
        var end = 0;
        for (var i = 0; i < hits.Count; i++)
        {
            Assert.InRange(hits[i].Start, end, text.Length);
            Assert.InRange(hits[i].End, hits[i].Start + 1, text.Length);
            end = hits[i].End;
        }
    }
}
