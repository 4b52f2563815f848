using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.Json;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Logging;
using DebugRelay.Tests.Policy;
using Xunit;

namespace DebugRelay.Tests.Protocol;

public sealed class LogTests
{
    private static readonly LogEntry Entry = new(LogEntry.Warning, "Sessions", 3, "two\nlines", [KeyValuePair.Create("ExitCode", (string?)"4"), KeyValuePair.Create("Remote", (string?)"::1\nMESSAGE=forged")]);

    [Fact]
    public void The_journal_gets_fields_and_no_value_makes_another()
    {
        using var folder = new TemporaryDirectory();
        using var journal = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        journal.Bind(new UnixDomainSocketEndPoint(folder.File("socket")));

        new JournalLog("prog", folder.File("socket"), TextWriter.Null).Write(Entry);

        byte[] buffer = new byte[4096];
        string got = Encoding.Latin1.GetString(buffer, 0, journal.Receive(buffer));
        Assert.StartsWith("MESSAGE\n\t\0\0\0\0\0\0\0two\nlines\n", got, StringComparison.Ordinal);
        Assert.Contains("\nPRIORITY=4\nSYSLOG_IDENTIFIER=prog\nDEBUGRELAY_CATEGORY=Sessions\nDEBUGRELAY_EVENT=3\nDEBUGRELAY_EXIT_CODE=4\n", got, StringComparison.Ordinal);
        Assert.Contains("DEBUGRELAY_REMOTE\n\u0012\0\0\0\0\0\0\0::1\nMESSAGE=forged\n", got, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_that_is_not_there_costs_no_line()
    {
        using var folder = new TemporaryDirectory();
        var fallback = new StringWriter();
        new JournalLog("prog", folder.File("none"), fallback).Write(Entry);
        Assert.StartsWith("prog: warning: two", fallback.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_object_a_line()
    {
        var output = new StringWriter();
        new JsonLog("prog", output, TimeProvider.System).Write(Entry);
        string line = Assert.Single(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using JsonDocument json = JsonDocument.Parse(line);
        Assert.Equal("two\nlines", json.RootElement.GetProperty("message").GetString());
        Assert.Equal("4", json.RootElement.GetProperty("fields").GetProperty("ExitCode").GetString());
    }

    [Fact]
    public void All_error_codes_are_known()
        => Assert.Equal(typeof(ErrorCode).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!).Order(), ErrorCode.All.Order());
}
