using System.Buffers;
using System.Buffers.Text;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary><c>Basic BASE64</c> where the base64 holds a colon, as user and password do. "basic auth" in prose does not.</summary>
internal sealed class BasicAuthDetector : Detector
{
    private const string Scheme = "basic";
    private const int MinLength = 4;
    private const int Sample = 1024;

    public override Rule Rule => Rule.BasicAuth;

    public override Anchors Anchor => Anchors.Keyword;

    public override IEnumerable<string> Literals => [Scheme];

    public override Canary Canary => new("sent Basic Y2FuYXJ5OmJpcmQ= to it", "Y2FuYXJ5OmJpcmQ=");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while (text[i..].IndexOf(Scheme, StringComparison.OrdinalIgnoreCase) is var next and >= 0)
        {
            i += next + Scheme.Length;
            var start = Characters.SkipBlank(text, i);
            var end = Characters.SkipBase64(text, start);
            if (start > i && HoldsColon(text[start..end]))
            {
                end += text[end..].StartsWith("==") ? 2 : text[end..].StartsWith("=") ? 1 : 0;
                hits.Add(start, end - start, Rule);
            }

            i = start > i ? end : i;
        }
    }

    private static bool HoldsColon(ReadOnlySpan<char> token)
    {
        if (token.Length < MinLength || token.Length % 4 == 1)
        {
            return false;
        }

        Span<char> sample = stackalloc char[Math.Min(token.Length, Sample)];
        token[..sample.Length].CopyTo(sample);
        sample.Replace('+', '-');
        sample.Replace('/', '_');
        Span<byte> bytes = stackalloc byte[Sample];
        return Base64Url.DecodeFromChars(sample, bytes, out _, out var written) == OperationStatus.Done && bytes[..written].Contains((byte)':');
    }
}
