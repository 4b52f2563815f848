using System.Text;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>Looks for texts in bytes, in the forms in which they may have got there.</summary>
internal static class LeakSearch
{
    /// <summary>Which of these secrets are somewhere in the bytes.</summary>
    public static IReadOnlyList<SampleSecret> Find(ReadOnlyMemory<byte> bytes, IEnumerable<SampleSecret> secrets)
        => [.. secrets.Where(secret => Contains(bytes.Span, secret.Value))];

    /// <summary>Whether the text is in the bytes: as it is, in base64 at any alignment, or percent-encoded, each in UTF-8 and in UTF-16.</summary>
    public static bool Contains(ReadOnlySpan<byte> bytes, string text)
    {
        foreach (string form in Forms(text))
        {
            if (bytes.IndexOf(Encoding.UTF8.GetBytes(form)) >= 0 || bytes.IndexOf(Encoding.Unicode.GetBytes(form)) >= 0)
                return true;
        }
        return false;
    }

    /// <summary>The text and its encodings.</summary>
    internal static IEnumerable<string> Forms(string text)
    {
        string[] base64 = [.. Enumerable.Range(0, 3).Select(offset => Base64At(offset, Encoding.UTF8.GetBytes(text)))];
        string[] forUrls = [.. base64.Select(form => form.Replace('+', '-').Replace('/', '_'))];
        return base64.Concat(forUrls).Append(text).Append(Uri.EscapeDataString(text)).Distinct();
    }

    /// <summary>
    /// What is always there when the bytes stand <paramref name="offset"/> bytes after a multiple of three in something that is encoded as a
    /// whole: the characters that depend on the neighbours are left out.
    /// </summary>
    private static string Base64At(int offset, byte[] bytes)
    {
        string encoded = Convert.ToBase64String([.. new byte[offset], .. bytes]);
        int from = offset == 0 ? 0 : offset + 1;
        int to = (offset + bytes.Length) * 8 / 6;
        return encoded[from..to];
    }
}
