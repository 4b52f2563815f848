using DebugRelay.Protocol;
using DebugRelay.Tests.Cli.Support;
using Xunit;

namespace DebugRelay.Tests.Cli;

/// <summary>What every verb that looks into a process says when the host refuses it, and when the link breaks.</summary>
public sealed class VerbFailureTests : IDisposable
{
    private readonly ClientUnderTest _client = new();

    public static TheoryData<string> Verbs => ["counters", "trace", "stacks", "gcdump", "logs", "exceptions", "env"];

    public void Dispose() => _client.Dispose();

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_refusal_names_the_rule_and_what_to_do(string verb)
    {
        var session = new FakeSession { OnOperation = (connection, _) => connection.RefuseAsync(ErrorCode.Denied, $"no role of alice allows {verb} on Shop.Api") };
        (Outcome outcome, string[] lines) = await RunAsync(verb, session);

        Assert.Equal(3, outcome.ExitCode);
        Assert.Equal(["", $"error: no role of alice allows {verb} on Shop.Api", "  ask who keeps the host's policy.json, or see what you may do with `debugrelay ps`"], [outcome.Output, .. lines]);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_broken_link_is_told_and_exits_5(string verb)
    {
        // Accepted, and then the connection ends.
        var session = new FakeSession { OnOperation = (connection, _) => connection.AcceptAsync() };
        (Outcome outcome, string[] lines) = await RunAsync(verb, session);

        Assert.Equal(5, outcome.ExitCode);
        Assert.Equal(["error: the link to the agent was lost before the operation's end", "  look at the network between here and the host, then try again"], lines[^2..]);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_process_that_ends_is_told_and_exits_1(string verb)
    {
        var session = new FakeSession
        {
            OnOperation = async (connection, _) =>
            {
                await connection.AcceptAsync();
                await connection.EndAsync(FakeSession.EndOf([], partial: true, ErrorCode.TargetGone, "the process's stream broke off"));
            },
        };
        (Outcome outcome, string[] lines) = await RunAsync(verb, session);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(["error: the process's stream broke off", "  see whether it was started again with `debugrelay ps`"], lines[^2..]);
    }

    private async Task<(Outcome Outcome, string[] ErrorLines)> RunAsync(string verb, FakeSession session)
    {
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), session.ServeAsync);
        string[] more = verb == "trace" ? ["-o", _client.File("t.nettrace")] : [];
        Outcome outcome = await _client.RunAsync(agent, [verb, "Shop.Api", .. more]);
        return (outcome, outcome.Error.TrimEnd('\n').Split('\n'));
    }
}
