using DebugRelay.Scrubbing;
using Xunit;

namespace DebugRelay.Tests.Scrubbing;

/// <summary>Addresses of machines and people, and what only looks like one. All examples are from the ranges kept for documents.</summary>
public class AddressDetectorTests
{
    [Theory]
    [InlineData("from 203.0.113.77 at noon", "from [ipv4] at noon")]
    [InlineData("203.0.113.77:8080,198.51.100.4", "[ipv4]:8080,[ipv4]")]
    [InlineData("http://192.168.1.20/x", "http://[ipv4]/x")]
    [InlineData("db.example/10.1.2.3:5432", "db.example/[ipv4]:5432")]
    [InlineData("10.1.2.0/24 via 10.1.2.1.", "[ipv4]/24 via [ipv4].")]
    [InlineData("RemoteIp=198.51.100.4 Version=7", "RemoteIp=[ipv4] Version=7")]
    public void Masks_an_ipv4_address(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("System.Private.CoreLib, Version=10.0.0.0, Culture=neutral")]
    [InlineData("Version=4.8.9032.7 version: 1.2.3.4 v1.2.3.4 FileVersion: \"1.2.3.4\" ver 1.2.3.4")]
    [InlineData("Chrome/120.0.6099.71 Safari/537.36 Edg/120.0.2210.91")]
    [InlineData("Foo.1.2.3.4.nupkg foo-1.2.3.4 1.2.3.4-beta 1.2.3.4+build 1.2.3.4.5 1.2.3.4rc")]
    [InlineData("127.0.0.1:5000 0.0.0.0:80 255.255.255.0 10.0.0.0/8 192.168.0.0")]
    [InlineData("256.1.1.1 1.2.3 1.2.3.999 2024.11.25.3000")]
    public void Keeps_versions_and_what_names_no_host(string text) => Assert.Equal(text, Scrub(text));

    [Theory]
    [InlineData("[2001:db8::1]:443", "[[ipv6]]:443")]
    [InlineData("peer fe80::1ff:fe23:4567:890a%eth0", "peer [ipv6]%eth0")]
    [InlineData("2001:db8:85a3:0:0:8a2e:370:7334", "[ipv6]")]
    [InlineData("::ffff:203.0.113.77", "[ipv6]")]
    [InlineData("2001:db8::", "[ipv6]")]
    public void Masks_an_ipv6_address(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("std::vector<add::bad> ::abc a::b Foo::Bar::Baz abc::def0 beef::x")]
    [InlineData("http://[::1]:5000 http://[::]:80 ::ffff:127.0.0.1")]
    [InlineData("12:34:56 2024-11-25T12:34:56 1:2:3:4:5:6:7:8:9 a:b:c")]
    [InlineData("face:b00c:1 0:0:0:0:0:0:0:1")]
    public void Keeps_what_is_no_ipv6_address(string text) => Assert.Equal(text, Scrub(text));

    [Theory]
    [InlineData("card 00:1b:44:11:3a:b7 up", "card [mac] up")]
    [InlineData("00-1B-44-11-3A-B7", "[mac]")]
    [InlineData("001b.4411.3ab7", "[mac]")]
    public void Masks_a_hardware_address(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("00:00:00:00:00:00 ff:ff:ff:ff:ff:ff")]
    [InlineData("AA:BB:CC:DD:EE:FF:00:11:22:33 12:34:56:78")]
    [InlineData("1234.5678.9012 00:1b-44:11:3a:b7 x00:1b:44:11:3a:b7")]
    [InlineData("0b1d7f5e-37c4-4c9f-9a2e-5d6a1f0c2b3d")]
    public void Keeps_what_is_no_hardware_address(string text) => Assert.Equal(text, Scrub(text));

    [Theory]
    [InlineData("at /home/alice/src/App.cs:line 7", "at /home/[userpath]/src/App.cs:line 7")]
    [InlineData("C:\\Users\\Alice B\\AppData", "C:\\Users\\[userpath]\\AppData")]
    [InlineData("\"C:\\\\Users\\\\alice\\\\x\"", "\"C:\\\\Users\\\\[userpath]\\\\x\"")]
    [InlineData("/Users/alice", "/Users/[userpath]")]
    [InlineData("file:///home/alice/x /mnt/c/Users/bob/y", "file:///home/[userpath]/x /mnt/c/Users/[userpath]/y")]
    [InlineData("path=/home/alice,c:/users/bob/x", "path=/home/[userpath],c:/users/[userpath]/x")]
    public void Masks_the_user_in_a_path(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("GET https://shop.example/home/alice /api/users/alice")]
    [InlineData("C:\\Users\\Public\\x /home/app/x /home/runner/work GET /home/index")]
    [InlineData("/home/ /Users/ C:\\Users\\")]
    public void Keeps_paths_of_nobody(string text) => Assert.Equal(text, Scrub(text));

    [Theory]
    [InlineData("call +44 20 7946 0958 now", "call [phone] now")]
    [InlineData("+4915112345678", "[phone]")]
    [InlineData("phone=+1 (212) 555-0142;", "phone=[phone];")]
    [InlineData("{\"tel\":\"+353-1-555-0142\"}", "{\"tel\":\"[phone]\"}")]
    public void Masks_a_phone_number_with_a_plus(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("2024-11-25T12:00:00+02:00 x+12345678 a=b+4915112345678")]
    [InlineData("+1234 +00000000000 +1.2345678901 (212) 555-0142 +99999999")]
    [InlineData("AbC+4915112345678/x 1+49151123456")]
    public void Keeps_what_is_no_phone_number(string text) => Assert.Equal(text, Scrub(text));

    [Fact]
    public void Masks_uuids_only_where_asked_for()
    {
        const string Text = "id 0b1d7f5e-37c4-4c9f-9a2e-5d6a1f0c2b3d of 12-34";

        Assert.Equal(Text, Scrub(Text));
        Assert.Equal("id [uuid] of 12-34", new TextScrubber("test", RuleCatalog.Set(["uuid"], [])).Scrub(Text));
    }

    [Theory]
    [InlineData("us-ssn", "078-05-1120", "000-12-3456")]
    [InlineData("uk-nhs", "943 476 5919", "943 476 5918")]
    [InlineData("nl-bsn", "111222333", "111222334")]
    [InlineData("es-nif", "X1234567L", "X1234567M")]
    [InlineData("fr-nir", "2 84 05 88 023 456 05", "2 84 05 88 023 456 06")]
    [InlineData("it-fiscal-code", "RSSMRA85T10A562S", "RSSMRA85T10A562T")]
    [InlineData("de-tax-id", "86095742719", "86095742718")]
    [InlineData("pl-pesel", "44051401359", "44051401358")]
    [InlineData("br-cpf", "529.982.247-25", "529.982.247-26")]
    [InlineData("se-personnummer", "811218-9876", "811218-9877")]
    [InlineData("fi-hetu", "131052-308T", "131052-308U")]
    [InlineData("ca-sin", "046 454 286", "046 454 287")]
    [InlineData("in-aadhaar", "2341 2341 2346", "2341 2341 2347")]
    [InlineData("au-tfn", "876 543 210", "876 543 211")]
    public void Masks_national_identifiers_only_where_asked_for_and_only_with_a_right_check(string rule, string id, string wrong)
    {
        var scrubber = new TextScrubber("test", RuleCatalog.Set([rule], []));

        Assert.Equal($"a {id} b", Scrub($"a {id} b"));
        Assert.Equal($"a [{rule}] b", scrubber.Scrub($"a {id} b"));
        Assert.Equal($"a {wrong} b {id}0", scrubber.Scrub($"a {wrong} b {id}0"));
    }

    [Fact]
    public void Every_rule_that_is_off_by_default_catches_its_canary_where_it_is_on()
    {
        foreach (var rule in RuleCatalog.All.Where(r => !r.IsOnByDefault))
        {
            var set = RuleCatalog.Set([rule.Name], []);
            Assert.Empty(Canaries.Survivors(new TextScrubber("test", set), set.Detectors));
        }
    }

    private static string Scrub(string text) => new TextScrubber(ScrubProfile.Default).Scrub(text);
}
