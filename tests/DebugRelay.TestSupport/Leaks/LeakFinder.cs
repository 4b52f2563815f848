using System.Text;

namespace DebugRelay.TestSupport.Leaks;

/// <summary>Looks for a secret in bytes in every form in which it could be read out of them.</summary>
public static class LeakFinder
{
    /// <summary>The forms found; empty when the secret is nowhere.</summary>
    public static IReadOnlyList<string> Find(byte[] bytes, string secret) => [.. Forms(secret).Where(f => bytes.AsSpan().IndexOf(f.Bytes) >= 0).Select(f => f.Name)];

    private static IEnumerable<(string Name, byte[] Bytes)> Forms(string secret)
    {
        foreach (var (name, text) in Texts(secret).Distinct())
        {
            yield return (name + " as UTF-8", Encoding.UTF8.GetBytes(text));
            yield return (name + " as UTF-16", Encoding.Unicode.GetBytes(text));
        }
    }

    private static IEnumerable<(string Name, string Text)> Texts(string secret)
    {
        yield return ("plain", secret);
        yield return ("percent-encoded", Uri.EscapeDataString(secret));
        foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode })
        {
            for (var alignment = 0; alignment < 3; alignment++)
            {
                yield return ($"base64 of {encoding.WebName}, shifted {alignment}", Base64Core([.. new byte[alignment], .. encoding.GetBytes(secret)], alignment));
            }
        }
    }

    /// <summary>The characters of the encoding that depend on the secret alone, whatever stands before and after it.</summary>
    private static string Base64Core(byte[] bytes, int alignment)
    {
        var whole = Convert.ToBase64String(bytes, 0, bytes.Length / 3 * 3);
        return whole[(alignment == 0 ? 0 : 4)..];
    }
}
