using System.Security.Cryptography.X509Certificates;
using DebugRelay.Endurance.Chaos;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;

namespace DebugRelay.Endurance.Faults;

/// <summary>What becomes of certificates and rights while they are used.</summary>
internal static class TrustFaults
{
    private const string Bob = "spiffe://corp.example/eng/bob";

    public static IEnumerable<Fault> All { get; } = [new("certificate-changed", CertificateChangedAsync), new("right-taken", RightTakenAsync)];

    private static async Task CertificateChangedAsync(Round round)
    {
        await using LiveTrace live = await round.TraceAsync();
        await round.AnyMomentAsync();
        await round.Site.ChangeCertificateAsync();
        // What runs goes on, and what the session asks for next too.
        await live.Trace.ReadDataAsync(round.Cancellation);
        await live.Session.FindAsync(round.Target.Id, round.Cancellation);
        await live.Trace.Writer.WriteAsync(FrameType.Stop, round.Cancellation);
        Round.Expect(!(await live.Trace.ReadToEndAsync(round.Cancellation)).Partial, "the trace did not come whole");
    }

    /// <summary>By a revocation list.</summary>
    private static async Task RightTakenAsync(Round round)
    {
        using X509Certificate2 bob = round.Host.Authority.Client(Bob);
        await using RawSession session = await RawSession.OpenAsync(round.Host.Port, bob, round.Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(round.Target.Id, round.Cancellation), round.Cancellation);
        await trace.ReadDataAsync(round.Cancellation);
        await round.AnyMomentAsync();
        round.Host.Replace("ca.crl", round.Host.Authority.RevocationList(round.Site.NextRevocation(), DateTimeOffset.UtcNow.AddDays(2), bob));
        Refused? word = await trace.LastWordAsync(round.Cancellation);
        Round.Expect(word?.Code == ErrorCode.Revoked, $"the trace's last word was {word?.Code ?? "none"}");
        Round.Expect((await session.Control.ReadClosedAsync(round.Cancellation)).Code == ErrorCode.Revoked, "the session was not told that its right is gone");
    }
}
