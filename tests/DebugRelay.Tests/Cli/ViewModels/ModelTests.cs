using DebugRelay.Cli.ViewModels;
using Xunit;

namespace DebugRelay.Tests.Cli.ViewModels;

/// <summary>Lists, text being written, series.</summary>
public sealed class ModelTests
{
    [Fact]
    public void The_chosen_row_stays_chosen_while_others_come_and_go()
    {
        var list = new ListModel<string>(row => row, row => row);
        list.Set(["a", "b", "c"]);
        list.OnKey("Down");
        list.Set(["0", "a", "b", "c"]);
        Assert.Equal("b", list.Chosen);
        list.Set(["c"]);
        Assert.Equal("c", list.Chosen);
    }

    [Fact]
    public void A_filter_wants_all_words_in_any_case()
    {
        var list = new ListModel<string>(row => row, row => row);
        list.Set(["Payments.Api pay", "Payments.Worker pay", "Invoices.Api inv"]);
        list.SetFilter("API pay");
        Assert.Equal(["Payments.Api pay"], list.Rows);
    }

    [Fact]
    public void A_feed_follows_its_end_until_another_row_is_chosen()
    {
        var list = new ListModel<string>(row => row, row => row) { Follows = true };
        list.Set(["1", "2"]);
        list.Set(["1", "2", "3"]);
        Assert.Equal("3", list.Chosen);
        list.OnKey("Up");
        list.Set(["1", "2", "3", "4"]);
        Assert.Equal("2", list.Chosen);
    }

    [Fact]
    public void The_chosen_row_is_on_the_screen()
    {
        var list = new ListModel<string>(row => row, row => row);
        list.Set([.. Enumerable.Range(0, 100).Select(number => $"{number}")]);
        list.Show(10);
        list.OnKey("PageDown");
        list.OnKey("Down");
        list.Show(10);
        Assert.InRange(list.Index, list.Top, list.Top + 9);
        list.OnKey("End");
        list.Show(10);
        Assert.Equal(90, list.Top);
    }

    [Fact]
    public void Text_is_edited_where_the_cursor_is()
    {
        var input = new TextInput("slow checkout");
        foreach (string key in (string[])["Home", "v", "e", "r", "y", "Space"])
            Assert.True(input.OnKey(key));
        Assert.Equal("very slow checkout", input.Text);
        input.OnKey("End");
        input.OnKey("Ctrl+W");
        Assert.Equal("very slow ", input.Text);
        Assert.False(input.OnKey("PageDown"));
    }

    [Fact]
    public void A_series_keeps_its_newest_values()
    {
        var series = new Series();
        for (int i = 0; i < Series.Capacity + 5; i++)
            series.Add(i);
        Assert.Equal((Series.Capacity, 5, Series.Capacity + 4), (series.Count, series[0], series.Latest));
        Assert.Equal([302, 303, 304], series.Last(3));
        Assert.True(double.IsNaN(new Series().Mean(1)));
    }
}
