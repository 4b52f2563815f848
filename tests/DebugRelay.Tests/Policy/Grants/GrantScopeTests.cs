using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Rules;
using Xunit;

namespace DebugRelay.Tests.Policy.Grants;

/// <summary>A grant opens what it names, and nothing beside it: right in everything, then wrong in just one thing.</summary>
public sealed class GrantScopeTests : IDisposable
{
    private readonly GrantSamples _grants = new();

    public static TheoryData<string, string> WrongInOne => new()
    {
        { "host", "is for another host" },
        { "pid", "is for another process" },
        { "startTime", "is for another process" },
        { "operation", "is for other operations" },
        { "unscrubbed", "does not speak of unscrubbed data" },
        { "requester", "is spiffe://corp.example/eng/alice's" },
        { "early", "holds only from" },
        { "late", "ended at" },
        { "scrub", "asks for the scrub profile strict" },
    };

    [Theory]
    [MemberData(nameof(WrongInOne))]
    public void What_is_wrong_in_one_thing_is_denied(string what, string because)
    {
        AccessRequest request = what switch
        {
            "host" => GrantSamples.Request with { Target = GrantSamples.Target with { Host = "pay-08.prod" } },
            "pid" => GrantSamples.Request with { Target = GrantSamples.Target with { Pid = 43 } },
            "startTime" => GrantSamples.Request with { Target = GrantSamples.Target with { StartTime = 4712 } },
            "operation" => GrantSamples.Request with { Operation = Operations.Trace },
            "unscrubbed" => GrantSamples.Request with { Unscrubbed = true },
            _ => GrantSamples.Request,
        };
        DateTimeOffset at = what switch { "early" => GrantSamples.Now.AddMinutes(-2), "late" => GrantSamples.Now.AddMinutes(30), _ => GrantSamples.Now };
        GrantDocument document = what == "scrub" ? GrantSamples.Document with { Scope = GrantSamples.Scope with { Scrub = "strict" } } : GrantSamples.Document;
        GrantFiles files = GrantSamples.Sign(document, _grants.Lead());
        Assert.True(_grants.Decide(GrantSamples.Sign(GrantSamples.Document, _grants.Lead())).Allowed);

        Decision decision = _grants.Decide(files, request: request, at: at, requester: what == "requester" ? GrantSamples.Identity("spiffe://corp.example/eng/bob") : null);
        Assert.False(decision.Allowed);
        Assert.Contains(because, decision.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Payments", "pay", true)]
    [InlineData("Payments2", "pay", false)]
    [InlineData("Payments", "root", false)]
    public void A_named_process_needs_its_name_and_its_user(string name, string user, bool allowed)
    {
        GrantDocument document = GrantSamples.Document with { Scope = GrantSamples.Scope with { Processes = [GrantProcess.Named("Payments", "pay")] } };
        AccessRequest request = GrantSamples.Request with { Target = GrantSamples.Target with { Name = name, User = user, Pid = 99, StartTime = 1 } };
        Assert.Equal(allowed, _grants.Decide(GrantSamples.Sign(document, _grants.Lead()), request: request).Allowed);
    }

    [Fact]
    public void Unscrubbed_data_need_an_incident_in_the_grant()
    {
        GrantScope scope = GrantSamples.Scope with { Operations = [Operations.Trace, Operations.Unscrubbed] };
        AccessRequest request = GrantSamples.Request with { Operation = Operations.Trace, Unscrubbed = true };
        Assert.True(_grants.Decide(GrantSamples.Sign(GrantSamples.Document with { Scope = scope }, _grants.Lead()), request: request).Allowed);
        Decision without = _grants.Decide(GrantSamples.Sign(GrantSamples.Document with { Scope = scope with { Incident = null } }, _grants.Lead()), request: request);
        Assert.False(without.Allowed);
        Assert.Contains("names no incident", without.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grant_does_not_reach_past_the_role()
    {
        GrantScope scope = GrantSamples.Scope with { Operations = [Operations.DumpFull] };
        Decision decision = _grants.Decide(GrantSamples.Sign(GrantSamples.Document with { Scope = scope }, _grants.Lead()), request: GrantSamples.Request with { Operation = Operations.DumpFull });
        Assert.False(decision.Allowed);
        Assert.Contains("no role of", decision.Reason, StringComparison.Ordinal);
    }

    public void Dispose() => _grants.Dispose();
}
