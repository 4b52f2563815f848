using System.Globalization;
using System.Text;

namespace DebugRelay.Quality;

/// <summary>
/// Texts with made-up secrets, from a seed: formats as their makers publish them, in the lines that programs write, and harmless lines that look alike.
/// No detector was tuned on them. What a seed makes is the same on every machine.
/// </summary>
internal sealed class Synthetic(int seed)
{
    private const string Corpus = "synthetic";
    private const string Digit = "0123456789";
    private const string Small = "abcdefghijklmnopqrstuvwxyz";
    private const string Capital = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Word = Small + Capital + Digit;
    private const string Hex = "0123456789abcdef";

    private static readonly string[] Lines =
    [
        "{0}", "2026-03-04 12:30:45.123 INFO request failed: {0}", "[worker 3] got {0} from upstream", "{{\"level\":\"info\",\"message\":\"saw {0}\"}}",
        "retrying ({0}), attempt 2 of 5", "System.InvalidOperationException: cannot use '{0}' here", "a=1; value={0}; b=2", "note: {0}\nnext line",
    ];

    private static readonly string[] Keys =
    [
        "password", "Password", "passwd", "db_password", "DB_PASSWORD", "userPassword", "secret", "client_secret", "ClientSecret", "api_key", "apiKey", "API-KEY", "token",
        "access_token", "authToken", "refresh_token", "private_key_passphrase", "session_secret", "encryption_key", "webhookSecret", "x-api-key",
    ];

    private static readonly string[] Forms =
        ["{0}={1}", "{0}: {1}", "{0} = \"{1}\"", "\"{0}\": \"{1}\"", "{{\"{0}\":\"{1}\",\"id\":7}}", "--{0} {1}", "--{0}={1}", "{0}='{1}'", "<{0}>{1}</{0}>", "set {0} => '{1}'", "export {0}={1}", "?page=2&{0}={1}"];

    private static readonly string[] Harmless =
    [
        "commit {h40} merged into main", "trace id {h32}, span {h16}", "CorrelationId: {g}", "order {d16} was shipped", "elapsed ticks 638{d15}", "version 10.0.{d3}.{d4} loaded",
        "System.Private.CoreLib, Version=10.0.0.0, Culture=neutral, PublicKeyToken={h16}", "password reset requested for user {d5}", "the token expired at 12:30:45", "no secret was configured",
        "void Run(CancellationToken token, string key)", "password: ********", "password=${{DB_PASSWORD}}", "token: null", "secret=<hidden>", "git@github.com:acme/shop.git cloned",
        "std::vector<int>::push_back at {h16}", "@scope/package@1.{d3}.0 added", "GET /orders/{d6}/items?page={d3} 200 in 12.5 ms", "keyboard layout us, tokenizer bert", "listening on 127.0.0.1:{d4}",
        "etag \"{h32}\"", "image sha256:{h64}", "Connection id \"0HN{c10}\" started", "/usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.{d3}/System.Linq.dll", "phone model X{d10}",
        "2026-03-04T12:30:45.{d6}Z done", "cache key orders:{d6} missed", "primary key violation in table items", "monkey={d5}", "Accept: text/html; q=0.{d3}", "assembly {g} loaded, mvid {g}",
    ];

    private readonly Random _random = new(seed);

    /// <summary>So many texts for each kind of secret, and as many harmless ones for each kind of line.</summary>
    public IEnumerable<Case> Make(int count)
    {
        (string Family, Func<string> Make)[] kinds =
        [
            ("email", () => $"{Text(Small, 3, 9)}.{Text(Small + Digit, 2, 8)}@{Text(Small, 4, 10)}.{Pick("com", "org", "de", "co.uk", "io")}"), ("creditcard", Card), ("iban", Iban),
            ("jwt", () => $"{Base64Url("""{"alg":"HS256","typ":"JWT"}""")}.{Base64Url($$"""{"sub":"{{Text(Digit, 8, 8)}}","iat":17{{Text(Digit, 8, 8)}}}""")}.{Text(Word + "-_", 43, 43)}"),
            ("bearer", () => $"Authorization: Bearer {Text(Word + "-_", 32, 60)}"), ("basic-auth", () => $"Authorization: Basic {Base64($"{Text(Small, 4, 8)}:{Text(Word, 8, 14)}")}"),
            ("url-credentials", () => $"{Pick("postgres", "amqp", "https", "redis", "mongodb")}://{Text(Small, 4, 8)}:{Text(Word, 8, 16)}@{Text(Small, 4, 8)}.example.net:5432/db"),
            ("connection-string", () => $"Server=db{Text(Digit, 1, 2)};Database={Text(Small, 4, 8)};User Id=app;{Pick("Password", "Pwd", "PASSWORD")}={Text(Word + "!#%&", 10, 18)};Encrypt=true"),
            ("private-key", Pem), ("aws-access-key-id", () => Pick("AKIA", "ASIA") + Text(Capital + "234567", 16, 16)),
            ("aws-secret-key", () => $"{Pick("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "awsSecretKey")}={Text(Word + "/+", 40, 40)}"), ("vendor-token", Vendor),
            ("phone", () => $"+{Pick("44 20 7946", "49 30 23125", "1 202 555", "33 1 70 18")} {Text(Digit, 4, 4)}"), ("mac", () => string.Join(':', Enumerable.Range(0, 6).Select(_ => Text(Hex, 2, 2)))),
            ("ipv4", () => $"host {Next(11, 172)}.{Next(0, 255)}.{Next(1, 255)}.{Next(1, 254)} answered"), ("ipv6", () => $"2001:db8:{Text(Hex, 4, 4)}::{Text(Hex, 3, 4)}:{Text(Hex, 3, 4)}"),
            ("userpath", () => $"{Pick("/home/", "/Users/", "C:\\Users\\")}{Text(Small, 5, 9)}{Pick("/src/a.cs", "\\x.log")}"), (Families.Generic, Generic),
        ];
        foreach (var (family, make) in kinds)
        {
            for (var i = 0; i < count; i++)
            {
                yield return Secret(family, make());
            }
        }

        foreach (var line in Harmless)
        {
            for (var i = 0; i < count / 10; i++)
            {
                yield return new Case(Corpus, line, Filled(line), [], null);
            }
        }
    }

    private Case Secret(string family, string secret)
    {
        // Inside JSON a quoted value would need escapes: such lines get the others.
        var line = secret.AsSpan().ContainsAny('"', '\\', '\n') ? Lines[0] : Pick(Lines);
        var text = string.Format(CultureInfo.InvariantCulture, line, secret);
        var start = text.IndexOf(secret, StringComparison.Ordinal);
        return new Case(Corpus, line, text, [new Expected(start, start + secret.Length, family)], null);
    }

    private string Generic()
    {
        var value = _random.Next(4) switch
        {
            0 => Text(Word + "!#*", 10, 20),
            1 => Text(Hex, 32, 40),
            2 => Pick("Sommer", "Dragon", "Welcome", "Kestrel") + Text(Digit, 2, 4) + Pick("!", "#", "x"),
            _ => Text(Word + "-_", 24, 48),
        };
        return string.Format(CultureInfo.InvariantCulture, Pick(Forms), Pick(Keys), value);
    }

    private string Vendor() => _random.Next(10) switch
    {
        0 => "ghp_" + Text(Word, 36, 36),
        1 => "glpat-" + Text(Word + "-_", 20, 20),
        2 => $"xoxb-{Text(Digit, 11, 12)}-{Text(Digit, 12, 13)}-{Text(Word, 24, 24)}",
        3 => "sk_live_" + Text(Word, 24, 24),
        4 => "AIza" + Text(Word + "-_", 35, 35),
        5 => "npm_" + Text(Word, 36, 36),
        6 => $"SG.{Text(Word + "-_", 22, 22)}.{Text(Word + "-_", 43, 43)}",
        7 => "hf_" + Text(Small + Capital, 34, 34),
        8 => "dop_v1_" + Text(Hex, 64, 64),
        _ => "shpat_" + Text(Hex, 32, 32),
    };

    private string Pem()
    {
        var kind = Pick("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY");
        return $"-----BEGIN {kind}-----\n{string.Join('\n', Enumerable.Range(0, 6).Select(_ => Text(Word + "/+", 64, 64)))}\n-----END {kind}-----";
    }

    private string Card()
    {
        var (prefix, length) = _random.Next(3) switch { 0 => ("4", 16), 1 => ($"5{Next(1, 5)}", 16), _ => ("37", 15) };
        var digits = prefix + Text(Digit, length - prefix.Length - 1, length - prefix.Length - 1);
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = (digits[^(i + 1)] - '0') * (i % 2 == 0 ? 2 : 1);
            sum += digit > 9 ? digit - 9 : digit;
        }

        digits += (char)('0' + ((10 - (sum % 10)) % 10));
        var separator = length == 16 ? Pick("", " ", "-") : "";
        return separator.Length == 0 ? digits : string.Join(separator, digits.Chunk(4).Select(c => new string(c)));
    }

    private string Iban()
    {
        var (country, body) = _random.Next(3) switch
        {
            0 => ("DE", Text(Digit, 18, 18)), 1 => ("GB", Text(Capital, 4, 4) + Text(Digit, 14, 14)), _ => ("NL", Text(Capital, 4, 4) + Text(Digit, 10, 10)),
        };
        var remainder = 0;
        foreach (var c in body + country + "00")
        {
            remainder = char.IsAsciiDigit(c) ? ((remainder * 10) + c - '0') % 97 : ((remainder * 100) + c - 'A' + 10) % 97;
        }

        var iban = $"{country}{98 - remainder:D2}{body}";
        return _random.Next(2) == 0 ? iban : string.Join(' ', iban.Chunk(4).Select(c => new string(c)));
    }

    /// <summary>A line with {d5} for five digits, {h32} for hexadecimal ones, {c10} for capitals and digits, {g} for a GUID.</summary>
    private string Filled(string line)
    {
        var text = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            var end = line[i] == '{' ? line.IndexOf('}', i) : -1;
            if (end < 0 || end == i + 1 || !(line[i + 1] is 'd' or 'h' or 'c' or 'g') || line[(i + 2)..end].Any(c => !char.IsAsciiDigit(c)))
            {
                text.Append(line[i]);
                continue;
            }

            var count = end == i + 2 ? 0 : int.Parse(line[(i + 2)..end], CultureInfo.InvariantCulture);
            text.Append(line[i + 1] switch { 'd' => Text(Digit, count, count), 'h' => Text(Hex, count, count), 'c' => Text(Capital + Digit, count, count), _ => Guid().ToString() });
            i = end;
        }

        return text.ToString();
    }

    private Guid Guid()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Base64Url(string text) => Base64(text).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private int Next(int least, int most) => _random.Next(least, most + 1);

    private string Text(string alphabet, int least, int most) => new(_random.GetItems<char>(alphabet, Next(least, most)));

    private string Pick(params string[] values) => values[_random.Next(values.Length)];
}
