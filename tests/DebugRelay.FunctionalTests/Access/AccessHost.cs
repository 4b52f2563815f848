using System.Security.Cryptography.X509Certificates;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Access;

/// <summary>A host whose policy asks for approvals, the sample as its target, and the people who deal with it, each running the real client.</summary>
internal sealed class AccessHost : IAsyncDisposable
{
    public const string Lea = "spiffe://corp.example/lead/lea";
    public const string Leo = "spiffe://corp.example/lead/leo";
    public const string Rita = "spiffe://corp.example/sec/rita";

    private AccessHost(RelayHost host, SampleProcess sample) => (Host, Sample) = (host, sample);

    public RelayHost Host { get; }

    public SampleProcess Sample { get; }

    /// <summary>Engineers may trace with a grant by so many approvers; leads and reviewers may see and watch.</summary>
    public static string Policy(int approvers = 1, string more = "", string allow = "\"process.list\", \"process.info\"", string forReviewers = "", bool withGrant = true) => $$"""
        {
          "roles": {
            "oncall": {
              "members": ["spiffe://corp.example/eng/*"],
              "targets": [{ "process": "debugrelay-sample" }],
              "allow": [{{allow}}],
              "withGrant": { {{(withGrant ? $"\"trace\": {{ \"approvers\": {approvers} }}," : "")}} "unscrubbed": { "approvers": {{approvers}} } }{{more}}
            },
            "lead": { "members": ["spiffe://corp.example/lead/*", "spiffe://corp.example/sec/*"], "allow": ["session.list", "session.watch"] }
          },
          "approvers": { "members": ["spiffe://corp.example/lead/*"] },
          "reviewers": { "members": ["spiffe://corp.example/sec/*"]{{forReviewers}} }
        }
        """;

    public static async Task<AccessHost> StartAsync(string policy, Action<TemporaryFolder>? prepare = null)
    {
        SampleProcess sample = await SampleProcess.StartAsync();
        try
        {
            return new AccessHost(await RelayHost.StartAsync(policy, prepare), sample);
        }
        catch
        {
            await sample.DisposeAsync();
            throw;
        }
    }

    /// <summary>As Alice, with a reason and an incident.</summary>
    public Task<TestProcess> AliceAsync(params string[] arguments) => Host.RunClientAsync([.. arguments, "--reason", "checkout slow", "--incident", "INC-812"]);

    public Task<TestProcess> TraceAsync(string file, params string[] arguments) => TraceForAsync("1s", file, arguments);

    public Task<TestProcess> TraceForAsync(string duration, string file, params string[] arguments)
        => AliceAsync(["trace", $"{Sample.Id}", "--duration", duration, "--profile", "exceptions", "-o", Host.Folder.File(file), "--force", .. arguments]);

    /// <summary>Asks for a grant and has it approved.</summary>
    /// <returns>The grant's path.</returns>
    public async Task<string> GrantAsync(string[] asked, params string[] approvers)
    {
        string name = $"r{Guid.NewGuid():n}"[..8], request = Host.Folder.File($"{name}.json"), grant = Host.Folder.File($"{name}-grant.json");
        Succeeded(await AliceAsync(["access", "request", "--process", $"{Sample.Id}", "-o", request, .. asked]));
        Succeeded(await ApproveAsync(request, grant, approvers[0]));
        foreach (string other in approvers[1..])
            Succeeded(await ApproveAsync(grant, grant, other));
        return grant;
    }

    /// <summary>Runs `access approve` with an approver's certificate; it needs no host.</summary>
    public Task<TestProcess> ApproveAsync(string file, string output, string approver)
    {
        string name = $"approver-{Guid.NewGuid():n}";
        using X509Certificate2 certificate = Host.Authority.Approver(approver);
        RelayHost.WritePem(Host.Folder, name, certificate);
        return TestProcess.RunAsync(
            BuiltPrograms.Client, ["access", "approve", file, "--cert", Host.Folder.File($"{name}.crt"), "--key", Host.Folder.File($"{name}.key"), "-o", output], RelayHost.NoDiagnostics);
    }

    public static TestProcess Succeeded(TestProcess process)
    {
        Assert.True(process.ExitCode == 0, process.Output.Text + process.Errors.Text);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Sample.DisposeAsync();
    }
}
