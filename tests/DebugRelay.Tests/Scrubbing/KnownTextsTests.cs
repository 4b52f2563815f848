using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Text;
using Xunit;

namespace DebugRelay.Tests.Scrubbing;

/// <summary>Texts that came before, and what is remembered of them.</summary>
public class KnownTextsTests
{
    private static readonly DetectorSet Default = ScrubProfile.Default.Detectors;

    public static TheoryData<string> Ordinary =>
    [
        "Executing endpoint 'HTTP: GET /orders/{id}' of request 123456", "Request 123456 finished HTTP/1.1 GET /orders - 200 - application/json 12.5 ms",
        "Connection id 123456 started", "Order 123456 was shipped from warehouse north with 3 items, 2 of them in stock since yesterday morning",
        "Cache miss for item 123456, loading it", "System.Collections.Generic.Dictionary`2[System.String,System.Object] grew to 123456 entries",
        "at 12:34:56.789 the job took 00:01:02 of version 1.2.3", "/usr/share/lib/x.so",
    ];

    [Theory]
    [MemberData(nameof(Ordinary))]
    public void Nothing_in_ordinary_texts_asks_for_a_closer_look(string text) =>
        Assert.Equal(new Signs(0, CharacterKinds.None, false), Default.Look(text) with { Characters = CharacterKinds.None });

    [Theory]
    [MemberData(nameof(Ordinary))]
    public void A_clean_text_stands_for_all_that_differ_in_digits_alone(string text)
    {
        var scanner = new TextScanner(Default);
        Assert.False(scanner.IsClean(text, TextKind.Free));

        ScanTwice(scanner, text);

        Assert.True(scanner.IsClean(text, TextKind.Free));
        Assert.True(scanner.IsClean(text.Replace('1', '7').Replace('2', '0'), TextKind.Free));
        Assert.False(scanner.IsClean(text, TextKind.Name));
        Assert.False(scanner.IsClean(text + "1", TextKind.Free));
        Assert.False(scanner.IsClean(text.Replace('s', 'S'), TextKind.Free) && text.Contains('s', StringComparison.Ordinal));
    }

    /// <summary>A clean text, and one that differs in digits and holds something.</summary>
    [Theory]
    [InlineData("card 4111 1111 1111 1112 of a guest", "card 4111 1111 1111 1111 of a guest")]
    [InlineData("card 4111111111111112", "card 4111111111111111")]
    [InlineData("to GB83 WEST 1234 5698 7654 32 now", "to GB82 WEST 1234 5698 7654 32 now")]
    [InlineData("from 127.0.0.1 to here", "from 203.0.113.1 to here")]
    [InlineData("from 999.0.113.7 at noon", "from 203.0.113.7 at noon")]
    [InlineData("call +00 20 7946 0958 now", "call +44 20 7946 0958 now")]
    [InlineData("password=x1", "password=x7 or hunter2")]
    [InlineData("00:00:00:00:00:00", "00:11:22:33:44:55")]
    [InlineData("7/home/", "7/home/x1y")]
    [InlineData("key 9Q~7Q7", "key 8Q~7Q7")]
    public void What_digits_decide_is_not_remembered_for_other_digits(string clean, string other)
    {
        var fresh = new TextScrubber(ScrubProfile.Default).Scrub(other);
        var scrubber = new TextScrubber(ScrubProfile.Default);

        scrubber.Scrub(clean);
        scrubber.Scrub(clean);

        Assert.Equal(fresh, scrubber.Scrub(other));
    }

    /// <summary>Each literal with a digit in it, made harmless by another digit, must not cover for the real one.</summary>
    [Fact]
    public void Literals_with_digits_are_not_missed_after_texts_with_other_digits()
    {
        var literals = Default.Detectors.SelectMany(d => d.Literals).Where(l => l.Any(char.IsAsciiDigit)).ToList();
        Assert.NotEmpty(literals);
        Assert.All(literals, literal =>
        {
            var text = $"a text {literal} and\nmore";
            var other = string.Concat(text.Select(c => char.IsAsciiDigit(c) ? (char)('0' + ((c - '0' + 5) % 10)) : c));

            var scanner = new TextScanner(Default);

            ScanTwice(scanner, other);

            Assert.False(scanner.IsClean(text, TextKind.Free), literal);
        });
    }

    [Fact]
    public void Only_whole_texts_are_compared()
    {
        var scanner = new TextScanner(Default);
        for (var length = 5; length <= Limits.MemoText + 2; length++)
        {
            var text = new string('x', length);
            ScanTwice(scanner, text);
            Assert.Equal(length <= Limits.MemoText, scanner.IsClean(text, TextKind.Free));
            for (var at = 0; at < length; at += 7)
            {
                Assert.False(scanner.IsClean(text[..at] + 'y' + text[(at + 1)..], TextKind.Free));
            }
        }
    }

    /// <summary>What was seen in a text is used again for others of its form, in which something else is found.</summary>
    [Fact]
    public void Findings_are_made_anew_in_each_text_of_a_form()
    {
        var scrubber = new TextScrubber(ScrubProfile.Default);
        for (var i = 100; i < 120; i++)
        {
            Assert.Equal($"order {i} of [email], card {i}", scrubber.Scrub($"order {i} of user{i}@example.com, card {i}"));
        }

        Assert.Equal("order 121 of user122@localhost, card 123", scrubber.Scrub("order 121 of user122@localhost, card 123"));
    }

    /// <summary>Only what comes for the second time is kept.</summary>
    private static void ScanTwice(TextScanner scanner, string text)
    {
        scanner.Scan(text, TextKind.Free, new HitList());
        scanner.Scan(text, TextKind.Free, new HitList());
    }
}
