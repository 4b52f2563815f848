using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Perf.Revocation;

/// <summary>How long each way of taking access away needs to reach a session that reads, on a real host, one session at a time.</summary>
internal static class RevocationKinds
{
    private const int Rounds = 5;
    private const string Alice = "spiffe://corp.example/eng/alice";
    private const string Sam = "spiffe://corp.example/sec/sam";

    private const string Policy = """
        {
          "roles": {
            "oncall": {
              "members": ["spiffe://corp.example/eng/*"], "targets": [{}], "allow": ["counters"], "withGrant": { "trace": { "approvers": 1 } },
              "limits": { "sessions": 50 }
            },
            "sec": { "members": ["spiffe://corp.example/sec/*"], "allow": ["session.kill"] }
          },
          "approvers": { "members": ["spiffe://corp.example/lead/*"] },
          "denySigners": { "members": ["spiffe://corp.example/sec/*"] }
        }
        """;

    /// <param name="args">A folder with the host's programs as they are published; without it those of this build are taken.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        BuiltPrograms.HostFolder = args.Length > 0 ? Path.GetFullPath(args[0]) : null;
        await using RelayHost host = await RelayHost.StartAsync(Policy, crlUntil: DateTimeOffset.UtcNow.AddHours(2));
        await using SampleProcess target = await SampleProcess.StartAsync();
        Console.WriteLine($"from the change to the stream's end at the engineer's side, {Rounds} times each");
        bool inTime = true;
        for (int kind = 0; kind < Kinds.Length; kind++)
        {
            var times = new TimeSpan[Rounds];
            for (int round = 0; round < Rounds; round++)
                times[round] = await Kinds[kind].MeasureAsync(host, target.Id, round);
            inTime &= RevocationTime.Report(Kinds[kind].Name, times);
        }
        return inTime ? 0 : 1;
    }

    private static (string Name, Func<RelayHost, int, int, Task<TimeSpan>> MeasureAsync)[] Kinds { get; } =
    [
        ("revocation list", (host, target, round) => ChangeAsync(host, target, alice => host.Replace("ca.crl", host.Authority.RevocationList(round + 2, revoked: alice)))),
        ("deny list", (host, target, round) => ChangeAsync(host, target, alice => Deny(host, alice, round + 1))),
        ("policy: no role any more", PolicyAsync),
        ("policy: an operation less", OperationLessAsync),
        ("kill file", KillFileAsync),
        ("sessions kill", KillAsync),
        ("the certificate's end", CertificateAsync),
        ("the grant's end", GrantAsync),
    ];

    private static async Task<TimeSpan> ChangeAsync(RelayHost host, int target, Action<X509Certificate2> change)
    {
        using X509Certificate2 alice = host.Authority.Client(Alice);
        await using LiveSession session = await ReadingAsync(host, target, alice);
        return await TimeAsync(session, () => change(alice));
    }

    private static async Task<TimeSpan> PolicyAsync(RelayHost host, int target, int round)
    {
        TimeSpan time = await ChangeAsync(host, target, _ => host.Replace("policy.json", Policy.Replace("eng/*", "other/*", StringComparison.Ordinal)));
        await RestoreAsync(host, target, () => host.Replace("policy.json", Policy));
        return time;
    }

    private static async Task<TimeSpan> OperationLessAsync(RelayHost host, int target, int round)
    {
        TimeSpan time = await ChangeAsync(host, target, _ => host.Replace("policy.json", Policy.Replace("\"counters\"", "\"process.list\"", StringComparison.Ordinal)));
        await RestoreAsync(host, target, () => host.Replace("policy.json", Policy));
        return time;
    }

    private static async Task<TimeSpan> KillFileAsync(RelayHost host, int target, int round)
    {
        TimeSpan time = await ChangeAsync(host, target, _ => File.WriteAllText(host.Folder.File("kill"), ""));
        await RestoreAsync(host, target, () => File.Delete(host.Folder.File("kill")));
        return time;
    }

    private static async Task<TimeSpan> KillAsync(RelayHost host, int target, int round)
    {
        using X509Certificate2 alice = host.Authority.Client(Alice), sam = host.Authority.Client(Sam);
        await using LiveSession session = await ReadingAsync(host, target, alice), sec = await LiveSession.OpenAsync(host.Port, sam);
        Task? killing = null;
        TimeSpan time = await TimeAsync(session, () => killing = sec.KillAsync(session.Id));
        await killing!;
        return time;
    }

    private static async Task<TimeSpan> CertificateAsync(RelayHost host, int target, int round)
    {
        using X509Certificate2 alice = host.Authority.Client(Alice, DateTimeOffset.UtcNow.AddSeconds(8));
        await using LiveSession session = await ReadingAsync(host, target, alice);
        return await TimeFromAsync(session, alice.NotAfter);
    }

    private static async Task<TimeSpan> GrantAsync(RelayHost host, int target, int round)
    {
        using X509Certificate2 alice = host.Authority.Client(Alice);
        await using LiveSession session = await LiveSession.OpenAsync(host.Port, alice);
        DateTimeOffset end = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 8);
        await session.TraceAsync(target, Grant(host, target, end));
        return await TimeFromAsync(session, end);
    }

    private static async Task<LiveSession> ReadingAsync(RelayHost host, int target, X509Certificate2 certificate)
    {
        LiveSession session = await LiveSession.OpenAsync(host.Port, certificate);
        await session.ReadCountersAsync(target);
        return session;
    }

    private static async Task<TimeSpan> TimeAsync(LiveSession session, Action change)
    {
        Task<long> ended = session.StreamEndedAsync();
        long changed = Stopwatch.GetTimestamp();
        change();
        return Stopwatch.GetElapsedTime(changed, await ended.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    private static async Task<TimeSpan> TimeFromAsync(LiveSession session, DateTimeOffset end)
    {
        long reference = Stopwatch.GetTimestamp();
        TimeSpan left = end - DateTimeOffset.UtcNow;
        return Stopwatch.GetElapsedTime(reference, await session.StreamEndedAsync().WaitAsync(TimeSpan.FromMinutes(1))) - left;
    }

    /// <summary>Gives the host back, and waits until somebody is let in.</summary>
    private static async Task RestoreAsync(RelayHost host, int target, Action restore)
    {
        restore();
        while (true)
        {
            try
            {
                using X509Certificate2 alice = host.Authority.Client(Alice);
                await using LiveSession session = await ReadingAsync(host, target, alice);
                return;
            }
            catch (Exception e) when (e is IOException or DebugRelay.Protocol.RefusedException)
            {
                await Task.Delay(100);
            }
        }
    }

    private static void Deny(RelayHost host, X509Certificate2 certificate, int version)
    {
        string sha256 = certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);
        byte[] list = Encoding.UTF8.GetBytes($$"""{ "purpose": "debugrelay deny list", "version": {{version}}, "entries": [{ "certificate": "{{sha256}}" }] }""");
        using X509Certificate2 sam = host.Authority.Client(Sam);
        host.Replace("deny.p7s", DetachedSignature.Sign(list, ReadOnlyMemory<byte>.Empty, sam, []));
        host.Replace("deny.json", list);
    }

    private static GrantFiles Grant(RelayHost host, int target, DateTimeOffset end)
    {
        byte[] document = new GrantDocument
        {
            Id = "g",
            Scope = new GrantScope
            {
                Requester = PeerIdentity.TryParse(Alice, out PeerIdentity? alice, out string problem) ? alice : throw new InvalidOperationException(problem),
                Hosts = ["test-host"],
                Processes = [GrantProcess.One(target, HostProcesses.StartTimeOf(target))],
                Operations = ["trace"],
                Reason = "measured",
            },
            NotBefore = end.AddMinutes(-5),
            NotAfter = end,
            RequestSha256 = new string('a', 64),
        }.ToUtf8();
        using X509Certificate2 lea = host.Authority.Approver("spiffe://corp.example/lead/lea");
        return new GrantFiles(document, DetachedSignature.Sign(document, ReadOnlyMemory<byte>.Empty, lea, []));
    }
}
