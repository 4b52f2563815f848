using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;

namespace DebugRelay.Cli.Commands.Counters;

/// <summary>Shows counters as they come. Called from one thread.</summary>
internal interface ICounterView
{
    void Show(CounterReading reading);

    /// <summary>Nothing more comes.</summary>
    void End();
}

/// <summary>A table that is drawn again in place on a screen, and once at the end elsewhere.</summary>
internal sealed class CounterTable(Terminal terminal, TimeProvider clock, string indent = "") : ICounterView
{
    // Values of one interval arrive within milliseconds of one another: drawing once for all of them is calmer.
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(300);

    private readonly SortedDictionary<(string Provider, string Name, string Tags), CounterReading> _latest = [];
    private long _drawn;
    private int _lines;

    public void Show(CounterReading reading)
    {
        _latest[reading.Series] = reading;
        if (!terminal.IsOutputScreen || (_lines > 0 && clock.GetElapsedTime(_drawn) < Redraw))
            return;
        Draw();
    }

    public void End() => Draw();

    /// <summary>The table as it stands, one line a series, under its provider's name.</summary>
    public IEnumerable<string> Lines()
    {
        bool tagged = _latest.Values.Any(reading => reading.Tags.Length > 0);
        var table = new Table("COUNTER", ">VALUE", "UNIT", tagged ? "TAGS" : "");
        string provider = "";
        foreach (CounterReading reading in _latest.Values)
        {
            if (provider != reading.Provider)
                table.Add(provider = reading.Provider, "", "", "");
            table.Add($"  {reading.Title}", Amounts.Value(reading.Value), reading.ShownUnit, reading.Tags);
        }
        return table.Lines();
    }

    private void Draw()
    {
        _drawn = clock.GetTimestamp();
        int width = Terminal.Columns;
        string[] lines = [.. Lines().Take(Math.Max(4, Terminal.Rows - 2)).Select(line => indent + line).Select(line => line.Length < width ? line : line[..(width - 1)])];
        terminal.Rewind(_lines);
        foreach (string line in lines)
            terminal.Output.WriteLine(line);
        _lines = lines.Length;
    }
}

/// <summary>One line a value, for pipes.</summary>
internal sealed class CounterLines(Terminal terminal) : ICounterView
{
    public void Show(CounterReading reading) => terminal.Output.WriteLine(Line(reading));

    public void End() => terminal.Output.Flush();

    private static string Line(CounterReading reading)
    {
        string tags = reading.Tags.Length > 0 ? $"{{{reading.Tags}}}" : "";
        string time = reading.Time.ToUniversalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        return Table.Printable($"{time}  {reading.Provider}  {reading.Name}{tags}  {Amounts.Value(reading.Value)} {reading.ShownUnit}".TrimEnd());
    }
}

/// <summary>One JSON object a line.</summary>
internal sealed class CounterJson(Terminal terminal) : ICounterView
{
    public void Show(CounterReading reading)
    {
        // JSON has no "not a number": a counter without a value has none to report.
        if (double.IsFinite(reading.Value))
            terminal.Output.WriteLine(JsonSerializer.Serialize(reading with { Time = reading.Time.ToUniversalTime() }, OutputJson.Default.CounterReading));
    }

    public void End() => terminal.Output.Flush();
}

/// <summary>One line of comma-separated values a value.</summary>
internal sealed class CounterCsv : ICounterView
{
    private readonly Terminal _terminal;

    public CounterCsv(Terminal terminal)
    {
        _terminal = terminal;
        terminal.Output.WriteLine("time,provider,name,tags,unit,value");
    }

    public void Show(CounterReading reading)
    {
        string time = reading.Time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
        string value = reading.Value.ToString("R", CultureInfo.InvariantCulture);
        _terminal.Output.WriteLine(string.Join(',', time, Cell(reading.Provider), Cell(reading.Name), Cell(reading.Tags), Cell(reading.ShownUnit), value));
    }

    public void End() => _terminal.Output.Flush();

    // A cell that begins like a formula would be run by a spreadsheet.
    private static string Cell(string text)
    {
        string safe = Table.Printable(text);
        if (safe.Length > 0 && safe[0] is '=' or '+' or '-' or '@')
            safe = $"'{safe}";
        return safe.AsSpan().ContainsAny(',', '"') ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
