using System.Text.Json.Serialization;

namespace DebugRelay.Cli.Observing;

/// <summary>One value of one counter at one time.</summary>
/// <param name="Time">When the process published it.</param>
/// <param name="Provider">The event source's or the meter's name.</param>
/// <param name="Name">The counter's name.</param>
/// <param name="Title">The counter's name for people.</param>
/// <param name="Unit">May be empty.</param>
/// <param name="Tags">`key=value,…`; empty where there are none.</param>
/// <param name="Rate">Whether the value is per second; else it stands by itself.</param>
/// <param name="Value">The mean over the interval, the last value, or the rate.</param>
internal sealed record CounterReading(
    DateTime Time, string Provider, string Name, string Title, string Unit, string Tags, bool Rate, double Value)
{
    /// <summary>What identifies the series over time.</summary>
    [JsonIgnore]
    public (string Provider, string Name, string Tags) Series => (Provider, Name, Tags);

    /// <summary>The unit as it is shown, `/s` where the value is a rate.</summary>
    [JsonIgnore]
    public string ShownUnit => Rate ? $"{Unit}/s" : Unit;
}
