using System.Globalization;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Broker.Gate;

/// <summary>
/// A provider's arguments, `key=value;key="value"`, taken apart as a runtime does it: in quotation marks `=` and `;` are part of the value. Written
/// anew with marks where they are needed, so that no runtime can read something else than was judged.
/// </summary>
internal sealed class ArgumentList
{
    /// <summary>Writes the measurements of System.Diagnostics.Metrics into the trace.</summary>
    public const string MetricsProvider = "System.Diagnostics.Metrics";

    private const string CounterInterval = "EventCounterIntervalSec";

    /// <summary>Categories and levels of what a process logs: names and numbers, which reach into nothing.</summary>
    private const string LogFilter = "FilterSpecs";

    /// <summary>What DiagnosticSource is to look for and to write down: a line each.</summary>
    private const string Specs = "FilterAndPayloadSpecs";

    /// <summary>Arguments of the metrics provider, as the runtime's MetricsEventSource reads them.</summary>
    private static readonly HashSet<string> MetricsArguments =
        ["SessionId", "Metrics", "RefreshInterval", "MaxTimeSeries", "MaxHistograms", "ClientId"];

    private readonly List<(string Key, string Value)> _arguments = [];

    private ArgumentList()
    {
    }

    /// <summary>Null where it has another form, or a key twice.</summary>
    public static ArgumentList? Parse(string arguments)
    {
        var list = new ArgumentList();
        int start = 0;
        bool isQuoted = false;
        for (int i = 0; i <= arguments.Length; i++)
        {
            char c = i < arguments.Length ? arguments[i] : ';';
            isQuoted ^= c == '"' && i < arguments.Length;
            if (c == ';' && (!isQuoted || i == arguments.Length))
            {
                if (isQuoted || !list.TryAdd(arguments[start..i]))
                    return null;
                start = i + 1;
            }
        }
        return list;
    }

    /// <summary>The first key whose value is not allowed; null where all are.</summary>
    public string? FirstUnknown(string provider, ProviderArguments allowed)
        => _arguments.FirstOrDefault(a => !IsOfCounters(provider, a.Key, a.Value) && !IsOfLogs(provider, a.Key) && !IsAllowed(provider, a.Key, a.Value, allowed)).Key;

    /// <summary>Whether there are arguments, and all of them ask for counters and reach into nothing else.</summary>
    public bool AskForCounters(string provider) => _arguments.Count > 0 && _arguments.TrueForAll(a => IsOfCounters(provider, a.Key, a.Value));

    /// <inheritdoc/>
    public override string ToString() => string.Join(';', _arguments.Select(a => $"{a.Key}={Quoted(a.Value)}"));

    private bool TryAdd(string argument)
    {
        if (argument.Length == 0)
            return true;
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string key = equals < 0 ? "" : argument[..equals];
        string value = argument[(equals + 1)..];
        bool isMarked = value.Length > 1 && value[0] == '"' && value[^1] == '"';
        value = isMarked ? value[1..^1] : value;
        // What is not in marks may have no sign that a runtime would part it at.
        if (key.Length == 0 || key.AsSpan().ContainsAny('"', '\0') || value.AsSpan().ContainsAny('"', '\0') || (!isMarked && value.Contains('=', StringComparison.Ordinal)))
            return false;
        if (_arguments.Exists(a => a.Key == key))
            return false;
        _arguments.Add((key, key == Specs ? Lines(value) : value));
        return true;
    }

    private static bool IsOfCounters(string provider, string key, string value)
        => provider == MetricsProvider ? MetricsArguments.Contains(key) : key == CounterInterval && IsInterval(value);

    private static bool IsOfLogs(string provider, string key) => provider == EventPipeShapes.Logging && key == LogFilter;

    private static bool IsAllowed(string provider, string key, string value, ProviderArguments allowed)
        => key == Specs ? value.Split('\n').All(spec => allowed.Allows(provider, key, spec)) : allowed.Allows(provider, key, value);

    /// <summary>As DiagnosticSource reads them: a line each, blanks before them do not count.</summary>
    private static string Lines(string value) => string.Join('\n', value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static bool IsInterval(string value)
        => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds is >= 1 and <= 60;

    private static string Quoted(string value) => value.AsSpan().ContainsAny('=', ';') || value.Length == 0 ? $"\"{value}\"" : value;
}
