using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Reports;

/// <summary>
/// The HTML report of a real session in a real browser: light and dark, on a desk and on a telephone, and on paper.
/// With DEBUGRELAY_PICTURES=FOLDER the pictures are kept.
/// </summary>
public class PhotographTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_report_looks_right_wherever_it_is_read()
    {
        Assert.SkipUnless(Chromium.Path is not null, Chromium.Missing);
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        foreach (string[] work in (string[][])[["ps"], ["trace", $"{sample.Id}", "-o", host.Folder.File("a.nettrace"), "--duration", "2s", "--profile", "http"]])
        {
            await using TestProcess client = await host.RunClientAsync([.. work, "--reason", "checkout <b>slow</b>", "--incident", "INC-812"]);
            Assert.True(client.ExitCode == 0, client.Errors.Text);
        }
        string session = Directory.GetDirectories(host.Recordings).MaxBy(folder => Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length))!;
        string report = host.Folder.File("report.html");
        await using TestProcess made = await TestProcess.RunAsync(BuiltPrograms.Client, ["recording", "report", session, "-o", report, "--ca", host.CaFile], RelayHost.NoDiagnostics);
        Assert.True(made.ExitCode == 0, made.Errors.Text);

        await using Chromium browser = await Chromium.StartAsync(Cancellation);
        foreach ((int width, string scheme) in ((int, string)[])[(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
        {
            await browser.ShowAsync(report, width, scheme, Cancellation);
            Assert.Equal(width, await browser.NumberAsync("document.documentElement.scrollWidth", Cancellation));
            Assert.Equal(0, await browser.NumberAsync("[...document.querySelectorAll('body *')].filter(e => !e.closest('.skip, thead, svg') && e.getBoundingClientRect().right > innerWidth + 1).length", Cancellation));
            Assert.True(await browser.NumberAsync("document.querySelector('.verdict').getBoundingClientRect().top", Cancellation) < 400, "the verdict is on the first screen");
            Assert.True(await browser.NumberAsync(LowestContrast, Cancellation) >= 4.5, $"contrast, {scheme}: {await browser.NumberAsync(LowestContrast, Cancellation)}");
            byte[] photograph = await browser.PhotographAsync(Cancellation);
            Keep($"report-{width}-{scheme}.png", photograph);
            await AssertSeenAsync(browser, Picture.Read(photograph), width, scheme);
        }
        await AssertKeyboardAsync(browser);
        Assert.Equal(1, await browser.NumberAsync("document.querySelectorAll('main').length", Cancellation));
        Assert.Equal(0, await browser.NumberAsync("[...document.querySelectorAll('table')].filter(t => !t.caption).length", Cancellation));
        Assert.Equal(0, await browser.NumberAsync("[...document.querySelectorAll('section')].filter(s => !document.getElementById(s.getAttribute('aria-labelledby'))).length", Cancellation));
        byte[] paper = await browser.PrintAsync(Cancellation);
        Assert.True(paper.AsSpan().StartsWith("%PDF"u8));
        Keep("report.pdf", paper);

        Assert.Empty(browser.Complaints);
        Assert.All(browser.Requests, url => Assert.True(url.StartsWith("file:", StringComparison.Ordinal) || url == "data:,", url));
    }

    /// <summary>What the photograph itself shows: no blank page, the scheme's brightness, and the verdict in its colour where the page says that it is.</summary>
    private static async Task AssertSeenAsync(Chromium browser, Picture picture, int width, string scheme)
    {
        Assert.Equal(width, picture.Width);
        Assert.True(picture.Height > 900, $"{picture.Height} points high");
        Assert.InRange(picture.LargestShare, 0.1, 0.95);
        Assert.True(picture.Colours > 100, $"{picture.Colours} colours");
        Assert.True(scheme == "light" ? picture.Brightness > 0.8 : picture.Brightness < 0.25, $"brightness {picture.Brightness:0.00}, {scheme}");
        const string place = "document.querySelector('.verdict').getBoundingClientRect()";
        int x = (int)await browser.NumberAsync($"{place}.right - 12", Cancellation), y = (int)await browser.NumberAsync($"{place}.top + {place}.height / 2 + scrollY", Cancellation);
        (byte red, byte green, byte blue) = picture[x, y];
        Assert.True(green > red && green > blue, $"the verdict OK is green, not {red} {green} {blue}");
        Assert.Equal(1, await browser.NumberAsync("+document.querySelector('.verdict h2').checkVisibility() && +(document.querySelector('.verdict h2').innerText === 'OK')", Cancellation));
    }

    /// <summary>Without a mouse: the first key leads to the verdict, the next ones through the contents, each where it can be seen.</summary>
    private static async Task AssertKeyboardAsync(Chromium browser)
    {
        await browser.PressAsync("Tab", 9, Cancellation);
        Assert.Equal(1, await browser.NumberAsync("+(document.activeElement.className === 'skip') && +(document.activeElement.getBoundingClientRect().left >= 0)", Cancellation));
        await browser.PressAsync("Enter", 13, Cancellation);
        Assert.Equal(1, await browser.NumberAsync("+(location.hash === '#verdict')", Cancellation));
        for (int i = 0; i < 5; i++)
        {
            await browser.PressAsync("Tab", 9, Cancellation);
            Assert.Equal(1, await browser.NumberAsync("+(document.activeElement.closest('nav') !== null) && +(getComputedStyle(document.activeElement).outlineStyle !== 'none')", Cancellation));
        }
        for (int i = 0; i < 3; i++)
        {
            await browser.PressAsync("Tab", 9, Cancellation);
            Assert.Equal(1, await browser.NumberAsync("+(document.activeElement.tagName === 'PRE')", Cancellation));
        }
    }

    /// <summary>WCAG's contrast of each piece of text with the nearest background behind it: the lowest of them.</summary>
    private const string LowestContrast = """
        (() => {
          const colour = s => s.match(/[\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
          const behind = e => { for (; e; e = e.parentElement) { const c = colour(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
          let lowest = 21;
          for (const e of document.querySelectorAll('body *')) {
            if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
            const [a, b] = [light(colour(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
            lowest = Math.min(lowest, (a + .05) / (b + .05));
          }
          return lowest;
        })()
        """;

    private static void Keep(string name, byte[] bytes)
    {
        if (Environment.GetEnvironmentVariable("DEBUGRELAY_PICTURES") is { Length: > 0 } folder)
            File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(folder).FullName, name), bytes);
    }
}
