using DebugRelay.Cli.Text;
using Xunit;

namespace DebugRelay.Tests.Cli;

public class TableTests
{
    [Fact]
    public void Columns_are_as_wide_as_what_they_hold()
    {
        var table = new Table(">PID", "NAME");
        table.Add("7", "Payments.Api");
        table.Add("12345", "x");

        Assert.Equal(["  PID  NAME", "    7  Payments.Api", "12345  x"], table.Lines());
    }

    [Fact]
    public void A_process_cannot_name_itself_into_the_terminal()
    {
        var table = new Table("NAME");
        table.Add("a\u001b[2Jb\nc");

        Assert.Equal("a·[2Jb·c", table.Lines().Last());
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(4_100, "4.1 kB")]
    [InlineData(41_000_000, "41 MB")]
    [InlineData(2_500_000_000, "2.5 GB")]
    public void Amounts_of_bytes_are_short(double bytes, string shown) => Assert.Equal(shown, Amounts.Bytes(bytes));
}
