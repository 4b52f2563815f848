using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Commands;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Text;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

[assembly: AssemblyFixture(typeof(DebugRelay.FunctionalTests.Verbs.ObservedShop))]

namespace DebugRelay.FunctionalTests.Verbs;

/// <summary>
/// One real agent for many tests, with the sample shop as its target, and the client's whole command line, run in this process so that its start is paid once. Alice may
/// look at everything; Bob may list processes, and no more.
/// </summary>
public sealed class ObservedShop : IAsyncLifetime
{
    private const string Bob = "spiffe://corp.example/ops/bob";

    private const string Policy = """
        {
          "roles": {
            "oncall": {
              "members": ["spiffe://corp.example/eng/*"],
              "targets": [{ "process": "debugrelay-sample" }],
              "allow": ["process.list", "process.info", "process.environment", "counters", "trace", "stacks", "gcdump", "logs", "exceptions"],
              "limits": { "sessions": 50 }
            },
            "lookers": { "members": ["spiffe://corp.example/ops/*"], "targets": [{ "process": "debugrelay-sample" }], "allow": ["process.list"], "limits": { "sessions": 50 } }
          }
        }
        """;

    public RelayHost Host { get; private set; } = null!;

    public SampleProcess Sample { get; private set; } = null!;

    public string Target => $"{Sample.Id}";

    public async ValueTask InitializeAsync()
    {
        Sample = await SampleProcess.StartAsync();
        Host = await RelayHost.StartAsync(Policy);
        Write("alice", RelayHost.Alice);
        Write("bob", Bob);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Sample.DisposeAsync();
    }

    /// <summary>As Alice.</summary>
    internal Task<Outcome> RunAsync(params string[] arguments) => RunAsync("alice", arguments, CancellationToken.None);

    /// <summary>As Bob, who is refused.</summary>
    internal Task<Outcome> RunAsBobAsync(params string[] arguments) => RunAsync("bob", arguments, CancellationToken.None);

    /// <param name="who">Whose certificate.</param>
    /// <param name="arguments">The command and its options, without those of the connection.</param>
    /// <param name="interrupted">Ctrl-C.</param>
    /// <param name="onLine">Gets what is written to the output as it is written.</param>
    internal async Task<Outcome> RunAsync(string who, IReadOnlyList<string> arguments, CancellationToken interrupted, Action<string>? onLine = null)
    {
        var output = new WatchedWriter(onLine);
        var error = new WatchedWriter(null);
        var surroundings = new ClientSurroundings(_ => null, Host.Folder.File("no-config.json"), Host.Folder.File("receipts"));
        // Options come before what `forward` runs.
        int end = arguments.ToList().IndexOf("--");
        string[] connection =
            ["--host", $"127.0.0.1:{Host.Port}", "--cert", Host.Folder.File($"{who}.crt"), "--key", Host.Folder.File($"{who}.key"), "--ca", Host.CaFile];
        string[] all = end < 0 ? [.. arguments, .. connection] : [.. arguments.Take(end), .. connection, .. arguments.Skip(end)];
        int exitCode = await CommandLine.RunAsync(all, new Terminal(output, error), surroundings, interrupted);
        return new Outcome(exitCode, output.Text, error.Text);
    }

    private void Write(string name, string identity)
    {
        using X509Certificate2 certificate = Host.Authority.Client(identity);
        RelayHost.WritePem(Host.Folder, name, certificate);
    }
}

/// <summary>What a command did.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Succeeded() => Assert.True(ExitCode == 0, $"exit {ExitCode}: {Error}{Output}");

    /// <summary>Refused by the policy: exit code 3, the operation in the first line, what to do in the second.</summary>
    public void WasRefused(string operation)
    {
        Assert.True(ExitCode == 3, $"exit {ExitCode}: {Error}{Output}");
        string[] lines = Error.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("error: ", lines[0], StringComparison.Ordinal);
        Assert.Contains(operation, lines[0], StringComparison.Ordinal);
        Assert.StartsWith("  ", lines[1], StringComparison.Ordinal);
    }
}

/// <summary>Keeps what is written and tells of each line.</summary>
internal sealed class WatchedWriter(Action<string>? onLine) : StringWriter
{
    private readonly Lock _writing = new();

    public string Text
    {
        get
        {
            lock (_writing)
                return ToString();
        }
    }

    public override void WriteLine(string? value)
    {
        lock (_writing)
            base.WriteLine(value);
        onLine?.Invoke(value ?? "");
    }

    public override void Write(string? value)
    {
        lock (_writing)
            base.Write(value);
    }
}
