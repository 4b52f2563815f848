using System.Text.Json;
using DebugRelay.Cli.Commands.Counters;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;
using Xunit;

namespace DebugRelay.Tests.Cli.Commands;

public sealed class CounterViewTests : IDisposable
{
    private static readonly DateTime Noon = new(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);
    private static readonly CounterReading Cpu = new(Noon, "System.Runtime", "cpu-usage", "CPU Usage", "%", "", Rate: false, 12.34);
    private static readonly CounterReading Orders = new(Noon, "Shop", "orders", "Orders", "{order}", "shop=north,\"old\"", Rate: true, 1_234.5);

    private readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void In_a_pipe_the_table_is_written_once_at_the_end()
    {
        var table = new CounterTable(Pipe(), TimeProvider.System);
        table.Show(Cpu);
        table.Show(Cpu with { Value = 99 });
        Assert.Empty(_output.ToString());

        table.End();
        Assert.Equal("COUNTER         VALUE  UNIT\nSystem.Runtime\n  CPU Usage        99  %\n", _output.ToString());
    }

    [Fact]
    public void On_a_screen_the_table_is_drawn_in_place()
    {
        var table = new CounterTable(Pipe() with { IsOutputScreen = true }, TimeProvider.System);
        table.Show(Cpu);
        Assert.DoesNotContain("\u001b", _output.ToString(), StringComparison.Ordinal);

        table.End();
        Assert.Contains("\u001b[3F\u001b[J", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_hold_one_value_each()
    {
        Show(new CounterLines(Pipe()));
        Assert.Equal("12:00:00  System.Runtime  cpu-usage  12.3 %\n12:00:00  Shop  orders{shop=north,\"old\"}  1,234 {order}/s\n", _output.ToString());
    }

    [Fact]
    public void Csv_quotes_what_needs_it_and_no_cell_is_a_formula()
    {
        var csv = new CounterCsv(Pipe());
        Show(csv);
        csv.Show(Cpu with { Provider = "=1+1" });

        string[] lines = _output.ToString().Split('\n');
        Assert.Equal("time,provider,name,tags,unit,value", lines[0]);
        Assert.Equal("2026-01-31T12:00:00.0000000Z,Shop,orders,\"shop=north,\"\"old\"\"\",{order}/s,1234.5", lines[2]);
        Assert.Contains(",'=1+1,", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_object_a_line_and_leaves_out_what_has_no_value()
    {
        var json = new CounterJson(Pipe());
        Show(json);
        json.Show(Cpu with { Value = double.NaN });

        string[] lines = _output.ToString().TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        JsonElement orders = JsonDocument.Parse(lines[1]).RootElement;
        Assert.Equal(
            ["time", "provider", "name", "title", "unit", "tags", "rate", "value"], orders.EnumerateObject().Select(property => property.Name));
        Assert.Equal(1_234.5, orders.GetProperty("value").GetDouble());
    }

    private static void Show(ICounterView view)
    {
        view.Show(Cpu);
        view.Show(Orders);
        view.End();
    }

    private Terminal Pipe() => new(_output, TextWriter.Null);
}
