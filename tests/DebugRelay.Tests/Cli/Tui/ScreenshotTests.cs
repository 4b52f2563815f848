using System.Xml.Linq;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;
using DebugRelay.Tests.Cli.Tui.Support;
using Xunit;

namespace DebugRelay.Tests.Cli.Tui;

/// <summary>The pictures of docs/screens: made by docs/screens/make.sh, and here held to be those of the screens as they are.</summary>
public sealed class ScreenshotTests
{
    [Fact]
    public async Task Pictures_are_those_of_the_screens_as_they_are()
    {
        var pictures = new Dictionary<string, string>();
        ShellUnderTest client = await Incident.AfterAMinuteAsync(session =>
        {
            session.OnDump = (_, _, _) => throw new RefusedException(new Refused(ErrorCode.Denied, "role oncall-payments allows dump.heap only with a grant (1 approver)"));
            session.OnTrace = async (_, tell, stop) =>
            {
                tell(new TraceProgress(41_000_000, 212_004, 0,
                [
                    new("System.Net.Http/RequestStart", 122_013), new("Microsoft-Extensions-Logging/FormattedMessage", 61_400), new("Microsoft.AspNetCore.Hosting/RequestStart", 24_812),
                    new("System.Threading.Tasks.TplEventSource/TaskWaitBegin", 3_418), new("Microsoft-Windows-DotNETRuntime/Exception/Start", 361),
                ]));
                await Task.Delay(Timeout.InfiniteTimeSpan, stop);
                throw new InvalidOperationException();
            };
        });
        client.Library.Entries.Add(Incident.Recording());
        client.Library.Verdict = new Verdict(VerdictStatus.Ok, "", "4f1c22aa4f1c22aa4f1c22aa4f1c22aa", "pay-07.prod", 228, 41, 4, 228);
        for (int i = 0; i < 90; i++)
            client.Library.Spans.Add(new VolumeSpan(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, i is > 20 and < 28 ? 6_000_000 : i is > 40 and < 55 ? 28_000_000 : 20_000));
        await using var headless = new HeadlessClient(client, 132, 32);
        Take("processes");
        client.Press("Enter");
        await client.UntilAsync(() => client.Shell.Top is ProcessScreen { Tab: DebugRelay.Cli.ViewModels.Tabs.OverviewTab { Details: not null } });
        Take("process");
        client.Press("t", "Enter");
        await client.UntilAsync(() => client.Picture().Contains("212,004", StringComparison.Ordinal));
        client.Clock.Advance(TimeSpan.FromSeconds(18));
        Take("trace");
        client.Press("s", "Enter");
        await client.UntilAsync(() => client.Picture().Contains("51 threads", StringComparison.Ordinal));
        Take("stacks");
        client.Press("d", "Down", "Down", "Down", "Enter");
        await client.UntilAsync(() => client.Shell.Top is RefusalScreen);
        Take("refused");
        client.Press("Esc", "R");
        await client.UntilAsync(() => client.Shell.Top is RecordingsScreen { IsRead: true });
        client.Press("Enter");
        await client.UntilAsync(() => client.Shell.Top is RecordingScreen { Verdict: not null });
        client.Press("Down", "Down", "Down");
        Take("recording");

        string folder = Environment.GetEnvironmentVariable("DEBUGRELAY_SCREENSHOTS") is { Length: > 0 } given ? given : Path.Combine(Golden.Folder, "..", "..", "..", "..", "..", "docs", "screens");
        foreach ((string name, string svg) in pictures)
        {
            XDocument.Parse(svg);
            string file = Path.Combine(folder, $"{name}.svg");
            if (Environment.GetEnvironmentVariable("DEBUGRELAY_SCREENSHOTS") is { Length: > 0 })
                File.WriteAllText(file, svg);
            Assert.True(File.Exists(file), $"{name}.svg is missing in docs/screens: run docs/screens/make.sh");
            Assert.True(File.ReadAllText(file) == svg, $"{name}.svg is not of the screen as it is: run docs/screens/make.sh and look at it");
        }

        void Take(string name)
        {
            _ = headless.Screen;
            pictures[name] = SvgPicture.Of(headless.Driver.Contents!);
        }
    }
}
