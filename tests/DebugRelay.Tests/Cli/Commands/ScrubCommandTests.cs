using System.Diagnostics.Tracing;
using System.Text;
using DebugRelay.Cli.Commands.Scrub;
using DebugRelay.TestSupport.Leaks;
using DebugRelay.Tests.Cli.Support;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Xunit;

namespace DebugRelay.Tests.Cli.Commands;

public sealed class ScrubCommandTests : IDisposable
{
    private readonly ClientUnderTest _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_text_is_scrubbed_into_a_private_file_and_counted_without_values()
    {
        File.WriteAllText(_client.File("in.log"), "order of alice@example.com\r\nkept\n");

        Outcome outcome = await _client.RunAsync("scrub", "--report", _client.File("report.json"), _client.File("in.log"), _client.File("out.log"));

        Assert.Equal((0, "", "masked email 1\n"), (outcome.ExitCode, outcome.Error, outcome.Output));
        Assert.Equal("order of [email]\r\nkept\n", File.ReadAllText(_client.File("out.log")));
        string report = File.ReadAllText(_client.File("report.json"));
        Assert.Contains("\"rules\":{\"email\":1}", report, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", report, StringComparison.Ordinal);
        foreach (string made in (string[])["out.log", "report.json"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_client.File(made)));
    }

    [Fact]
    public async Task A_file_that_exists_is_overwritten_only_when_asked()
    {
        File.WriteAllText(_client.File("in.log"), "by alice@example.com");
        File.WriteAllText(_client.File("out.log"), "mine");

        Outcome refused = await _client.RunAsync("scrub", _client.File("in.log"), _client.File("out.log"));
        Assert.Equal(2, refused.ExitCode);
        Assert.Equal("mine", File.ReadAllText(_client.File("out.log")));

        Assert.Equal(0, (await _client.RunAsync("scrub", "--force", _client.File("in.log"), _client.File("out.log"))).ExitCode);
        Assert.Equal("by [email]", File.ReadAllText(_client.File("out.log")));
    }

    [Fact]
    public async Task A_trace_of_a_real_process_is_scrubbed_whole()
    {
        using var source = new EventSource("DebugRelay-Tests-ScrubCommand");
        var provider = new EventPipeProvider(source.Name, EventLevel.Verbose, -1);
        using (EventPipeSession session = await new DiagnosticsClient(Environment.ProcessId).StartEventPipeSessionAsync(
            [provider], requestRundown: false, circularBufferMB: 16, TestContext.Current.CancellationToken))
        {
            await using FileStream file = File.Create(_client.File("in.bin"));
            Task reading = session.EventStream.CopyToAsync(file, TestContext.Current.CancellationToken);
            source.Write("Order", new { Text = "order of alice@example.com" });
            await session.StopAsync(TestContext.Current.CancellationToken);
            await reading;
        }

        Outcome outcome = await _client.RunAsync("scrub", _client.File("in.bin"), _client.File("out.nettrace"));

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("email 1", outcome.Output, StringComparison.Ordinal);
        byte[] made = await File.ReadAllBytesAsync(_client.File("out.nettrace"), TestContext.Current.CancellationToken);
        Assert.NotEmpty(LeakFinder.Find(made, "order of [email]"));
        Assert.Empty(LeakFinder.Find(made, "alice@example.com"));
        Assert.Equal(EventNames(_client.File("in.bin"), source.Name), EventNames(_client.File("out.nettrace"), source.Name));
    }

    [Fact]
    public async Task A_broken_trace_fails_whatever_its_name()
    {
        File.WriteAllText(_client.File("in.log"), "Nettrace and then alice@example.com");

        Outcome outcome = await _client.RunAsync("scrub", _client.File("in.log"), _client.File("out.log"));

        Assert.Equal(1, outcome.ExitCode);
        Assert.False(File.Exists(_client.File("out.log")));
        Assert.All(Directory.GetFiles(Path.GetDirectoryName(_client.File("x"))!, "out*"),
            made => Assert.DoesNotContain("alice", File.ReadAllText(made), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("MDMP and more", "dump cannot be read")]
    [InlineData("a\0b", "neither a trace nor text")]
    public async Task What_cannot_be_scrubbed_is_refused(string content, string complaint)
    {
        File.WriteAllText(_client.File("in"), content);

        Outcome outcome = await _client.RunAsync("scrub", _client.File("in"), _client.File("out"));

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(complaint, outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_client.File("out")));
    }

    [Fact]
    public async Task An_unknown_profile_and_a_missing_file_are_misuse()
    {
        File.WriteAllText(_client.File("in"), "text");

        Assert.Equal(2, (await _client.RunAsync("scrub", "--profile", "lenient", _client.File("in"), _client.File("out"))).ExitCode);
        Assert.Equal(2, (await _client.RunAsync("scrub", _client.File("missing"), _client.File("out"))).ExitCode);
    }

    [Fact]
    public async Task Pieces_hold_whole_lines_and_whole_keys()
    {
        string key = "-----BEGIN PRIVATE" + " KEY-----\nQUJD\nREVG\n-----END PRIVATE" + " KEY-----\n";
        string text = $"first line\n{key}last line";
        using var reader = new StreamReader(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        var pieces = new TextPieces(reader, pieceLength: 8);

        var got = new List<string>();
        while (await pieces.NextAsync(TestContext.Current.CancellationToken) is { } piece)
            got.Add(piece);

        Assert.Equal(text, string.Concat(got));
        Assert.All(got[..^1], piece => Assert.EndsWith("\n", piece, StringComparison.Ordinal));
        Assert.Single(got, piece => piece.Contains(key, StringComparison.Ordinal));
    }

    private static List<string> EventNames(string trace, string provider)
    {
        var names = new List<string>();
        using var reader = new EventPipeEventSource(trace);
        reader.Dynamic.All += e => names.AddRange(e.ProviderName == provider ? [e.EventName] : Array.Empty<string>());
        reader.Process();
        Assert.NotEmpty(names);
        return names;
    }
}
