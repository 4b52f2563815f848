using System.Diagnostics.Tracing;

namespace DebugRelay.Tests.NetTrace;

/// <summary>A manifest source with every shape of event that .NET writes by manifest.</summary>
[EventSource(Name = ProviderName)]
internal sealed class ManifestSource : EventSource
{
    public const string ProviderName = "DebugRelay-Tests-Manifest";

    public static readonly ManifestSource Log = new();

    [Event(1)]
    public void One(string text) => WriteEvent(1, text);

    [Event(2)]
    public void Two(int number, string first, string second) => WriteEvent(2, number, first, second);

    [Event(3)]
    public void Flags(bool first, string text, bool second, long number) => WriteEvent(3, first, text, second, number);

    [Event(4)]
    public void Blob(int number, byte[] blob, string text) => WriteEvent(4, number, blob, text);

    [Event(5)]
    public void Many(byte a, short b, ushort c, uint d, ulong e, float f, double g, DateTime h, Guid i, char j, string k)
        => WriteEvent(5, a, b, c, d, e, f, g, h, i, j, k);

    [Event(6)]
    public void Empty() => WriteEvent(6);

    [Event(7)]
    public void Number(int number) => WriteEvent(7, number);

    [Event(8)]
    public void Named(string text, Shade shade) => WriteEvent(8, text, shade);

    [Event(9, Version = 3, Level = EventLevel.Warning, Message = "{0}")]
    public void Warned(string text) => WriteEvent(9, text);
}

internal enum Shade
{
    Light,
    Dark,
}

/// <summary>A source whose events describe themselves.</summary>
[EventSource(Name = ProviderName)]
internal sealed class DescribingSource() : EventSource(ProviderName, EventSourceSettings.EtwSelfDescribingEventFormat)
{
    public const string ProviderName = "DebugRelay-Tests-Describing";

    public static readonly DescribingSource Log = new();

    [Event(1)]
    public void Logged(int level, string logger, IEnumerable<KeyValuePair<string, string>> arguments) => WriteEvent(1, level, logger, arguments);

    [Event(2)]
    public void Flags(bool first, string text, bool second) => WriteEvent(2, first, text, second);

    [Event(3)]
    public void Blob(byte[] blob, string text) => WriteEvent(3, blob, text);
}

[EventData]
internal sealed class Order
{
    public string Customer { get; set; } = "";

    public bool IsPaid { get; set; }

    public Address Address { get; set; } = new();

    public decimal Total { get; set; }
}

[EventData]
internal sealed class Address
{
    public string Street { get; set; } = "";

    public int Number { get; set; }
}
