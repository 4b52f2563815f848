using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Commands;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Pki;
using DebugRelay.Cli.Text;
using DebugRelay.TestSupport;

namespace DebugRelay.Tests.Cli.Support;

/// <summary>The client with a folder and certificates of its own, run in this process.</summary>
internal sealed class ClientUnderTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ClientUnderTest()
    {
        Authority = new DevelopmentAuthority(_folder.File("pki"), TimeProvider.System);
        Authority.Init();
        Issue(new CertificateOrder { Name = "agent", ServerNames = ["localhost", "127.0.0.1", "fake-host"] });
        Issue(new CertificateOrder { Name = "alice", Identity = "spiffe://corp.example/eng/alice" });
    }

    public DevelopmentAuthority Authority { get; }

    public string File(string name) => _folder.File(name);

    public string Pki(string name) => _folder.File($"pki/{name}");

    public void Issue(CertificateOrder order) => Authority.Issue(order);

    /// <summary>A certificate of the folder with its key, as a server needs it.</summary>
    public X509Certificate2 Load(string name) => X509Certificate2.CreateFromPemFile(Pki($"{name}.crt"), Pki($"{name}.key"));

    /// <summary>Runs a command that needs a host.</summary>
    public Task<Outcome> RunAsync(FakeAgent agent, params string[] args)
        => RunAsync([.. args, "--host", agent.Address, .. Default(args, "--cert", "alice.crt"), .. Default(args, "--key", "alice.key"), .. Default(args, "--ca", "ca.crt")]);

    /// <summary>Runs a command as it is.</summary>
    public Task<Outcome> RunAsync(params string[] args) => RunAsync(args, CancellationToken.None);

    public async Task<Outcome> RunAsync(IReadOnlyList<string> args, CancellationToken interrupted)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var surroundings = new ClientSurroundings(_ => null, _folder.File("config.json"));
        int exitCode = await CommandLine.RunAsync(args, new Terminal(TextWriter.Synchronized(output), TextWriter.Synchronized(error)), surroundings, interrupted);
        return new Outcome(exitCode, output.ToString(), error.ToString());
    }

    public void Dispose() => _folder.Dispose();

    private string[] Default(string[] given, string option, string file) => given.Contains(option) ? [] : [option, Pki(file)];
}

/// <summary>What a command did.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error);
