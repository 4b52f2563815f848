using System.Text;
using DebugRelay.Policy;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Rules;
using Xunit;

namespace DebugRelay.Tests.Policy.Grants;

/// <summary>One document, one reading.</summary>
public sealed class GrantDocumentTests
{
    private static readonly string Good = Encoding.UTF8.GetString(GrantSamples.Document.ToUtf8());

    [Fact]
    public void A_grant_reads_as_it_was_written()
    {
        GrantDocument grant = GrantDocument.Parse(Encoding.UTF8.GetBytes(Good));
        Assert.Equal(Good, Encoding.UTF8.GetString(grant.ToUtf8()));
        Assert.Equal("g-17", grant.Id);
        Assert.Equal(1, grant.Scope.Uses);
    }

    [Fact]
    public void A_request_reads_as_it_was_written()
    {
        var request = new GrantRequest { Id = "r-1", Scope = GrantSamples.Scope with { Uses = 3, Bytes = 1L << 31, Seconds = 60 }, For = TimeSpan.FromMinutes(30), Made = GrantSamples.Now };
        byte[] bytes = request.ToUtf8();
        Assert.Equal(bytes, GrantRequest.Parse(bytes).ToUtf8());
        Assert.Throws<DocumentException>(() => GrantDocument.Parse(bytes));
    }

    [Theory]
    [InlineData("{\"version\":1,", "{\"version\":1,\"version\":1,", "appears twice")]
    [InlineData("\"limits\":{\"uses\":1}", "\"limits\":{\"uses\":1,\"uses\":9}", "appears twice")]
    [InlineData("{\"version\":1,", "{\"version\":1,\"note\":\"x\",", "unknown key")]
    [InlineData("\"limits\":{\"uses\":1}", "\"limits\":{\"uses\":1,\"unit\":1}", "unknown key")]
    [InlineData("{\"version\":1,", "{\"version\":2,", "whole number")]
    [InlineData("debugrelay grant", "debugrelay access request", "must be")]
    [InlineData("\"uses\":1", "\"uses\":0", "whole number")]
    [InlineData("\"uses\":1", "\"uses\":1e3", "whole number")]
    [InlineData("\"uses\":1", "\"uses\":-1", "whole number")]
    [InlineData("\"dump.heap\"", "\"dump.heap\",\"dump.heap\"", "item twice")]
    [InlineData("\"dump.heap\"", "\"dump.*\"", "no operation that is known")]
    [InlineData("\"pay-07.prod\"", "", "must have 1 to")]
    [InlineData("spiffe://corp.example/eng/alice", "spiffe://corp.example/eng/*", "characters")]
    [InlineData("{\"pid\":42,\"startTime\":4711}", "{\"pid\":42}", "missing")]
    [InlineData("{\"pid\":42,\"startTime\":4711}", "{\"name\":\"Payments\"}", "missing")]
    [InlineData("{\"pid\":42,\"startTime\":4711}", "{\"pid\":42,\"startTime\":4711,\"name\":\"Payments\"}", "unknown key")]
    [InlineData("2031-05-06T12:30:00Z", "2031-05-07T12:30:00Z", "lasts longer")]
    [InlineData("2031-05-06T12:30:00Z", "2031-05-06T11:30:00Z", "ends before it begins")]
    [InlineData("2031-05-06T12:30:00Z", "2031-05-06T12:30:00+02:00", "no time")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "no SHA-256")]
    public void What_has_a_second_reading_is_refused(string part, string instead, string because)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        string json = instead.Length == 0 ? Good.Replace($"[{part}]", "[]", StringComparison.Ordinal) : Good.Replace(part, instead, StringComparison.Ordinal);
        DocumentException error = Assert.Throws<DocumentException>(() => GrantDocument.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_around_the_document_and_too_many_of_them_are_refused()
    {
        Assert.Throws<DocumentException>(() => GrantDocument.Parse(Encoding.UTF8.GetBytes(" " + Good)));
        Assert.Throws<DocumentException>(() => GrantDocument.Parse(Encoding.UTF8.GetBytes(Good + "{}")));
        string large = Good.Replace("checkout slow", new string('x', Limits.GrantBytes), StringComparison.Ordinal);
        Assert.Contains("larger", Assert.Throws<DocumentException>(() => GrantDocument.Parse(Encoding.UTF8.GetBytes(large))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_modifier_is_an_operation_of_a_grant()
        => Assert.Contains(Operations.Unscrubbed, GrantDocument.Parse((GrantSamples.Document with { Scope = GrantSamples.Scope with { Operations = [Operations.Trace, Operations.Unscrubbed] } }).ToUtf8()).Scope.Operations);
}
