using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DebugRelay.Sample;

/// <summary>What the command line asked for.</summary>
internal sealed record SampleOptions
{
    public const string Usage =
        "usage: debugrelay-sample [--secrets FILE] [--payment-key=KEY] [--rate REQUESTS_PER_SECOND] [--burst] [--exit-with-parent]";

    /// <summary>The environment variable whose value, if it is set, is a secret of this process.</summary>
    public const string PasswordVariable = "SHOP_DATABASE_PASSWORD";

    /// <summary>A timer ticks a thousand times a second at most.</summary>
    private const int MaxRequestsPerSecond = 1_000;

    /// <summary>Where to list what will leak; a new file.</summary>
    public string? SecretsFile { get; private set; }

    /// <summary>A secret that stands on the command line, as it should not.</summary>
    public string? PaymentKey { get; private set; }

    public int RequestsPerSecond { get; private set; } = 20;

    public bool Burst { get; private set; }

    /// <summary>End when standard input closes.</summary>
    public bool ExitWithParent { get; private set; }

    public static bool TryParse(string[] args, out SampleOptions options, [NotNullWhen(false)] out string? mistake)
    {
        options = new SampleOptions();
        mistake = null;
        var words = new Queue<string>(args);
        while (mistake is null && words.TryDequeue(out string? word)) mistake = options.Take(word, words);
        return mistake is null;
    }

    /// <summary>Takes one option; <paramref name="rest"/> holds what may be its value. Returns what is wrong with it, or null.</summary>
    private string? Take(string word, Queue<string> rest)
    {
        (string name, string? value) = Split(word);
        switch (name)
        {
            case "--burst" when value is null:
                Burst = true;
                return null;
            case "--exit-with-parent" when value is null:
                ExitWithParent = true;
                return null;
            case "--secrets" when (value ?? Next(rest)) is { Length: > 0 } file:
                SecretsFile = file;
                return null;
            case "--payment-key" when (value ?? Next(rest)) is { Length: > 0 } key:
                PaymentKey = key;
                return null;
            case "--rate" when TryParseRate(value ?? Next(rest), out int rate):
                RequestsPerSecond = rate;
                return null;
            default:
                return $"{name}: unknown, or its value is missing or not allowed";
        }
    }

    private static bool TryParseRate(string? text, out int rate) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out rate) && rate is > 0 and <= MaxRequestsPerSecond;

    private static (string Name, string? Value) Split(string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (word, null) : (word[..equals], word[(equals + 1)..]);
    }

    private static string? Next(Queue<string> rest) => rest.TryDequeue(out string? value) ? value : null;
}
