using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// Values whose key says that they are secret: <c>password=…</c>, <c>"api_key": "…"</c>, <c>--token …</c>, <c>[Authorization, …]</c>.
/// The key is judged by <see cref="SecretKeys"/>, the value by <see cref="SecretValue"/>.
/// </summary>
internal sealed class GenericSecretDetector : Detector
{
    private static readonly string[] Keywords =
    [
        "password", "passwd", "passphrase", "passcode", "passwort", "pssw", "psword", "pswrd", "passwrd", "paswd", "pasword",
        "identified by", "pwd", "pswd", "pass=", "pass:", "pass\"", "pass'", "pw=", "pw:", "secret",
        "token", "authorization", "credential", "creds", "cookie", "sessionid", "session_id", "session-id", "sessid", "cvv", "cvc", "otp",
        "pin=", "pin:", "pin\"", "auth=", "auth:", "auth\"", "jwt", "_pat", "-pat", "kennwort", "wachtwoord", "contrasena", "senha", "haslo", "lozinka",
        "heslo", "salasana", "losenord", "parola", "motdepasse", "geheimnis", "passkey", .. SecretKeys.OtherScripts, .. SecretKeys.WordsBeforeKey.SelectMany(KeyNames),
    ];

    private static readonly LiteralSearch KeywordSearch = new(Keywords, ignoreCase: true);

    public override Rule Rule => Rule.GenericSecret;

    public override Anchors Anchor => Anchors.Keyword;

    public override IEnumerable<string> Literals => Keywords;

    public override Canary Canary => new("started with client_secret=canary-bird-42 at noon", "canary-bird-42");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while ((i = KeywordSearch.Next(text, i)) >= 0)
        {
            var keyStart = KeyStart(text, i);
            var keyEnd = KeyEnd(text, i);
            i = Math.Max(i + 1, keyEnd);
            if (SecretKeys.Classify(text[keyStart..keyEnd]) is not { } rule)
            {
                continue;
            }

            var value = SecretValue.After(text, keyStart, keyEnd);
            if (value.Length > 0)
            {
                hits.Add(value.Start, value.Length, rule);
                i = value.Start + value.Length;
            }
        }
    }

    private static string[] KeyNames(string first) => [first + "key", first + "_key", first + "-key", first + " key", first + ".key"];

    private static int KeyStart(ReadOnlySpan<char> text, int i)
    {
        var floor = Math.Max(0, i - Limits.KeyLength);
        while (i > floor && IsKey(text[i - 1]))
        {
            i--;
        }

        return i;
    }

    private static int KeyEnd(ReadOnlySpan<char> text, int i)
    {
        var ceiling = Math.Min(text.Length, i + Limits.KeyLength);
        while (i < ceiling && (IsKey(text[i]) || (text[i] == ' ' && text[i..].StartsWith(" key", StringComparison.OrdinalIgnoreCase))))
        {
            i++;
        }

        while (i > 0 && text[i - 1] is '.' or '-')
        {
            i--;
        }

        return i;
    }

    private static bool IsKey(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' || (c >= 0x80 && char.IsLetter(c));
}
