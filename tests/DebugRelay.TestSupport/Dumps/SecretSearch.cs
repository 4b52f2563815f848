using System.Text;

namespace DebugRelay.TestSupport.Dumps;

/// <summary>Looks for secrets in a file: as UTF-8, as UTF-16, and as base64 of either at each alignment. Simple on purpose: it shares nothing with what it checks.</summary>
public static class SecretSearch
{
    /// <summary>Characters of a secret that are enough to recognise it: what a secret was cut to by a smaller place (a Guid) counts too.</summary>
    private const int Recognisable = 16;

    /// <summary>Names of the secrets that are in the file, with the form in which they are.</summary>
    public static IReadOnlyList<string> Find(string path, IReadOnlyDictionary<string, string> secrets)
    {
        (string Name, byte[] Bytes)[] patterns = [.. secrets.SelectMany(s => Forms(s.Key, s.Value))];
        ILookup<int, (string Name, byte[] Bytes)> byStart = patterns.ToLookup(p => Start(p.Bytes));
        bool[] starts = new bool[1 << 16];
        foreach (IGrouping<int, (string, byte[])> start in byStart)
            starts[start.Key] = true;
        var found = new SortedSet<string>(StringComparer.Ordinal);
        byte[] file = File.ReadAllBytes(path);
        for (int at = 0; at + 1 < file.Length; at++)
        {
            if (!starts[Start(file.AsSpan(at))])
                continue;
            foreach ((string name, byte[] bytes) in byStart[Start(file.AsSpan(at))])
            {
                if (file.AsSpan(at).StartsWith(bytes))
                    found.Add(name);
            }
        }
        return [.. found];
    }

    private static int Start(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8);

    private static IEnumerable<(string Name, byte[] Bytes)> Forms(string name, string secret)
    {
        string part = secret[..Recognisable];
        yield return ($"{name} as UTF-8", Encoding.UTF8.GetBytes(part));
        yield return ($"{name} as UTF-16", Encoding.Unicode.GetBytes(part));
        foreach ((string form, byte[] raw) in new[] { ("UTF-8", Encoding.UTF8.GetBytes(secret)), ("UTF-16", Encoding.Unicode.GetBytes(secret)) })
        {
            for (int before = 0; before < 3; before++)
            {
                int skip = (3 - before) % 3;
                string text = Convert.ToBase64String(raw, skip, (raw.Length - skip) / 3 * 3);
                yield return ($"{name} as base64 of {form}", Encoding.UTF8.GetBytes(text));
                yield return ($"{name} as base64 of {form} in UTF-16", Encoding.Unicode.GetBytes(text));
            }
        }
    }
}
