using System.Globalization;
using System.Text;

namespace DebugRelay.Perf.Scrubbing;

/// <summary>The texts that are scrubbed for the comparison: strings of a busy service.</summary>
internal static class Texts
{
    /// <summary>The kinds, with how many times the yardstick is asked for and aimed at.</summary>
    public static readonly (string Kind, string Name, string Goal)[] Kinds =
    [
        ("repeat", "no hit, texts that repeat", "1.5 (3)"), ("differ", "no hit, no text twice", "1.5 (3)"),
        ("some", "one hit in a KB, no text twice", "0.8 (1.5)"), ("all", "every string a hit, no text twice", "0.5 (1)"),
    ];

    private static readonly CompositeFormat[] Ordinary =
    [
        CompositeFormat.Parse("Executing endpoint 'HTTP: GET /orders/{{id}}' of request {0}"),
        CompositeFormat.Parse("Request {0} finished HTTP/1.1 GET /orders - 200 - application/json 12.5 ms"), CompositeFormat.Parse("Connection id {0} started"),
        CompositeFormat.Parse("Order {0} was shipped from warehouse north with 3 items, 2 of them in stock since yesterday morning"),
        CompositeFormat.Parse("Cache miss for item {0}, loading it"),
        CompositeFormat.Parse("System.Collections.Generic.Dictionary`2[System.String,System.Object] grew to {0} entries"),
    ];

    /// <summary>Text number i of a kind.</summary>
    public static string Of(string kind, int i) => kind switch
    {
        "repeat" => Plain(i, i % 60),
        "differ" => Plain(i, i),
        "some" => i % 8 == 0 ? $"{Plain(i, i)} for user{i}@example.com" : Plain(i, i),
        "all" => $"Order {i} of user{i}@example.com was shipped from warehouse north with 3 items",
        _ => throw new ArgumentException($"unknown kind of texts: {kind}"),
    };

    private static string Plain(int i, int number) => string.Format(CultureInfo.InvariantCulture, Ordinary[i % Ordinary.Length], number);
}
