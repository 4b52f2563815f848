using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using DebugRelay.Recording;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Shipping;

/// <summary>The shipper as a process, with receivers that speak the real protocols: TLS with client certificates, OTLP over HTTP.</summary>
public sealed partial class ShipmentTests : IDisposable
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();

    [Fact]
    public async Task Events_arrive_by_file_syslog_and_otlp()
    {
        using var syslog = new SyslogReceiver(_authority);
        using var otlp = new OtlpReceiver();
        _folder.WriteFile("ca.crt", _authority.Pem);
        using (X509Certificate2 certificate = _authority.Client("spiffe://corp.example/host/pay-07"))
            RelayHost.WritePem(_folder, "shipper", certificate);
        await using HostLedger ledger = await LedgerAsync();
        await using TestProcess shipper = await StartAsync($$"""
            { "state": "state", "cursor": "cursor", "file": { "path": "audit.ndjson" },
              "syslog": { "server": "localhost:{{syslog.Port}}", "ca": "ca.crt", "certificate": "shipper.crt", "key": "shipper.key" },
              "otlp": { "endpoint": "http://127.0.0.1:{{otlp.Port}}/v1/logs" } }
            """);
        await ledger.OpenSessionAsync("s1", "spiffe://corp.example/eng/alice", "10.0.0.7:4711", "slow", null);
        await ledger.PublishAsync();
        await WaitAsync(() => new[] { ReadFile(), syslog.Text, otlp.Text }.All(text => text.Contains("pay-07/agent/1/3002.1", StringComparison.Ordinal)));
        await WaitAsync(() => new[] { ReadFile(), syslog.Text, otlp.Text }.All(text => text.Contains("ledger-agent.pay-07 2 ", StringComparison.Ordinal)));
        Assert.Matches(@"^\d+ <\d+>1 \S+ pay-07 debugrelay - ocsf-\d+ - \{", syslog.Text);
        Assert.Equal("CN=engineer", syslog.Peer);
    }

    [Fact]
    public async Task Killed_at_any_moment_it_loses_nothing()
    {
        await using HostLedger ledger = await LedgerAsync();
        const string Configuration = """{ "state": "state", "cursor": "cursor", "file": { "path": "audit.ndjson" } }""";
        var random = new Random(20261125);
        int sessions = 0;
        for (int round = 0; round < 4; round++)
        {
            await using TestProcess shipper = await StartAsync(Configuration);
            int before = ReadFile().Length;
            Task writing = Task.Run(async () =>
            {
                for (int i = 0; i < 150; i++)
                    await ledger.OpenSessionAsync($"s{++sessions}", "spiffe://corp.example/eng/alice", null, null, null);
            }, Cancellation);
            int wait = random.Next(1, 40_000);
            await WaitAsync(() => ReadFile().Length > before + wait || writing.IsCompleted);
            HostProcesses.Kill(shipper.Id);
            await writing;
        }
        await using TestProcess last = await StartAsync(Configuration);
        await WaitAsync(() => ReadFile().Contains($"pay-07/agent/{sessions}/4014.1", StringComparison.Ordinal));
        HashSet<int> seen = [.. EventIds().Matches(ReadFile()).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Empty(Enumerable.Range(0, sessions + 1).Except(seen));
        Assert.DoesNotContain("gap", ReadFile(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_is_away_gets_everything_when_it_is_back()
    {
        int port;
        using (var away = new OtlpReceiver())
            port = away.Port;
        await using HostLedger ledger = await LedgerAsync();
        await ledger.OpenSessionAsync("s1", "spiffe://corp.example/eng/alice", null, null, null);
        await using TestProcess shipper = await StartAsync($$"""{ "state": "state", "cursor": "cursor", "otlp": { "endpoint": "http://127.0.0.1:{{port}}/v1/logs" } }""");
        await shipper.WaitForErrorAsync(l => l.Contains("did not take the events", StringComparison.Ordinal));
        using var otlp = new OtlpReceiver(port);
        await WaitAsync(() => otlp.Text.Contains("pay-07/agent/1/3002.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_is_not_known_is_an_error()
    {
        await using TestProcess shipper = await TestProcess.RunAsync(BuiltPrograms.Find("debugrelay-shipper"),
            ["run", "--config", _folder.WriteFile("shipper.json", """{ "state": "state", "cursor": "cursor", "flie": {} }""")], RelayHost.NoDiagnostics);
        Assert.Equal(1, shipper.ExitCode);
        Assert.Contains("flie", shipper.Errors.Text, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private Task<HostLedger> LedgerAsync() => HostLedger.OpenAsync(_folder.File("state"), "agent", "pay-07", "0.1.0", TimeProvider.System);

    private async Task<TestProcess> StartAsync(string configuration)
    {
        TestProcess shipper = TestProcess.Start(BuiltPrograms.Find("debugrelay-shipper"), ["run", "--config", _folder.WriteFile("shipper.json", configuration)], RelayHost.NoDiagnostics);
        await shipper.WaitForOutputAsync(l => l.Contains("follows", StringComparison.Ordinal));
        return shipper;
    }

    private string ReadFile()
    {
        string path = _folder.File("audit.ndjson");
        if (!File.Exists(path))
            return "";
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return file.ReadToEnd();
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TestProcess.DefaultLimit);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
            await look.WaitForNextTickAsync(limit.Token);
    }

    [GeneratedRegex("\"uid\":\"pay-07/agent/(\\d+)/")]
    private static partial Regex EventIds();

    /// <summary>Takes octet-counted messages over TLS from who has a certificate.</summary>
    private sealed class SyslogReceiver : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly StringBuilder _text = new();

        public SyslogReceiver(TestAuthority authority)
        {
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _ = Task.Run(async () =>
            {
                using X509Certificate2 certificate = authority.Agent();
                using TcpClient client = await _listener.AcceptTcpClientAsync(Cancellation);
                await using var stream = new SslStream(client.GetStream());
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificate = certificate, ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, peer, _, _) => { Peer = peer?.Subject; return peer is not null; },
                }, Cancellation);
                byte[] buffer = new byte[8192];
                for (int read; (read = await stream.ReadAsync(buffer, Cancellation)) > 0;)
                {
                    lock (_text)
                        _text.Append(Encoding.UTF8.GetString(buffer, 0, read));
                }
            }, Cancellation);
        }

        public int Port { get; }

        public string? Peer { get; private set; }

        public string Text
        {
            get
            {
                lock (_text)
                    return _text.ToString();
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
