using System.Diagnostics;
using System.Text.Json;
using DebugRelay.Cli.Pki;
using DebugRelay.Recording;
using DebugRelay.TestSupport.Processes;
using DebugRelay.Tests.Cli.Support;
using Xunit;

namespace DebugRelay.Tests.Recording.Review;

/// <summary>`recording list`, `show` and `review`, as a reviewer runs them.</summary>
public sealed class ReviewTests : IDisposable
{
    private const string Policy = """{ "roles": {}, "reviewers": { "members": ["spiffe://corp.example/sec/*"] } }""";

    private readonly ClientUnderTest _client = new();

    public ReviewTests()
    {
        _client.Issue(new CertificateOrder { Name = "eve", Identity = "spiffe://corp.example/sec/eve" });
        _client.Issue(new CertificateOrder { Name = "pay-07", ServerNames = ["pay-07.example"] });
        _client.Issue(new CertificateOrder { Name = "bob", Identity = "spiffe://corp.example/eng/bob" });
        File.WriteAllText(_client.File("policy.json"), Policy);
    }

    [Fact]
    public async Task A_break_glass_session_is_open_until_a_reviewer_has_signed()
    {
        var path = await RecordAsync();
        Assert.Contains("DUE", (await ListAsync()).Output, StringComparison.Ordinal);
        Assert.Contains("open:", (await ReviewAsync(path)).Output, StringComparison.Ordinal);

        var signed = await ReviewAsync(path, "--sign", "--cert", _client.Pki("eve.crt"), "--key", _client.Pki("eve.key"), "--comment", "as the incident says");
        Assert.True(signed.ExitCode == 0, signed.Error + signed.Output);
        Assert.Contains("reviewed by spiffe://corp.example/sec/eve: as the incident says", signed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("DUE", (await ListAsync()).Output, StringComparison.Ordinal);

        var shown = await _client.RunAsync("recording", "show", path, "--ca", _client.Pki("ca.crt"), "--json");
        using var json = JsonDocument.Parse(shown.Output);
        Assert.Equal("spiffe://corp.example/sec/eve", json.RootElement.GetProperty("reviews")[0].GetProperty("reviewer").GetString());
        Assert.StartsWith("OK", json.RootElement.GetProperty("verdict").GetString(), StringComparison.Ordinal);

        // The second review lies beside the first; verification, native and by shell, is what it was.
        Assert.Equal(0, (await ReviewAsync(path, "--sign", "--cert", _client.Pki("eve.crt"), "--key", _client.Pki("eve.key"))).ExitCode);
        Assert.True(File.Exists(Path.Combine(path, "review-2.json")));
        Assert.Equal(0, (await _client.RunAsync("recording", "verify", path, "--ca", _client.Pki("ca.crt"))).ExitCode);
        Assert.Equal(0, ShellVerifier.Run(path, _client.Pki("ca.crt")).ExitCode);
    }

    [Fact]
    public async Task Openssl_says_who_reviewed()
    {
        Assert.SkipUnless(PublicTools.HasOpenSsl, PublicTools.NoOpenSsl);
        var path = await RecordAsync();
        Assert.Equal(0, (await ReviewAsync(path, "--sign", "--cert", _client.Pki("eve.crt"), "--key", _client.Pki("eve.key"))).ExitCode);
        string[] arguments = ["cms", "-verify", "-binary", "-inform", "DER", "-in", Path.Combine(path, "review.p7s"), "-content", Path.Combine(path, "review.json"),
            "-CAfile", _client.Pki("ca.crt"), "-purpose", "any", "-out", "/dev/null"];
        Assert.Equal(0, Run(arguments));
        var document = Path.Combine(path, "review.json");
        File.WriteAllText(document, File.ReadAllText(document).Replace("\"segments\":1", "\"segments\":2", StringComparison.Ordinal));
        Assert.NotEqual(0, Run(arguments));
    }

    [Theory]
    [InlineData("alice", "nobody reviews himself")]
    [InlineData("bob", "no member of the policy's reviewers")]
    public async Task Who_may_not_review_does_not_sign(string name, string problem)
    {
        var path = await RecordAsync();
        var outcome = await ReviewAsync(path, "--sign", "--cert", _client.Pki($"{name}.crt"), "--key", _client.Pki($"{name}.key"));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(path, "review.json")));
    }

    [Fact]
    public async Task A_review_that_was_changed_or_is_of_another_recording_does_not_count()
    {
        var path = await RecordAsync();
        Assert.Equal(0, (await ReviewAsync(path, "--sign", "--cert", _client.Pki("eve.crt"), "--key", _client.Pki("eve.key"))).ExitCode);
        using var folder = new TemporaryFolder();
        var other = await RecordAsync(folder.Path);
        foreach (var name in (string[])["review.json", "review.p7s"])
            File.Copy(Path.Combine(path, name), Path.Combine(other, name));
        Assert.Contains("of another recording", (await ReviewAsync(other)).Output, StringComparison.Ordinal);

        File.AppendAllText(Path.Combine(path, "review.json"), " ");
        var outcome = await ReviewAsync(path);
        Assert.Equal(4, outcome.ExitCode);
        Assert.Contains("does not count: the signature", outcome.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _client.Dispose();

    private string Recordings => _client.File("recordings");

    private async Task<string> RecordAsync(string? folder = null)
    {
        var identity = RecordingIdentity.FromPemFiles(_client.Pki("pay-07.crt"), _client.Pki("pay-07.key"));
        using var alice = _client.Load("alice");
        return await StoryOnDisk.WriteAsync(folder ?? Recordings, (identity, alice), TimeProvider.System, breakGlass: true);
    }

    private Task<Outcome> ListAsync() => _client.RunAsync("recording", "list", Recordings, "--ca", _client.Pki("ca.crt"), "--policy", _client.File("policy.json"));

    private Task<Outcome> ReviewAsync(string path, params string[] more)
        => _client.RunAsync(["recording", "review", path, "--ca", _client.Pki("ca.crt"), "--policy", _client.File("policy.json"), .. more]);

    private static int Run(string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
