using DebugRelay.Endurance.Chaos;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;

namespace DebugRelay.Endurance.Faults;

/// <summary>What becomes of the disk under the recordings: real file systems.</summary>
internal static class DiskFaults
{
    public static IEnumerable<Fault> All { get; } = [new("disk-full", FullAsync), new("disk-read-only", ReadOnlyAsync)];

    private static async Task FullAsync(Round round)
    {
        if (!Mount.Try("-t", "tmpfs", "-o", $"size={round.Any(96, 192)}k", "tmpfs", round.Host.Recordings))
            throw new CannotPlayException(Mount.NotAllowed);
        using var mount = new Mount(round.Host.Recordings);
        await EndsAsync(await round.TraceAsync(), round);
        // They go with the file system.
        foreach (string recording in Directory.GetDirectories(round.Host.Recordings))
            await Aftermath.VerifyAsync(round.Host, recording);
    }

    private static async Task ReadOnlyAsync(Round round)
    {
        LiveTrace live = await round.TraceAsync();
        if (!Mount.Try("--bind", round.Host.Recordings, round.Host.Recordings))
            throw new CannotPlayException(Mount.NotAllowed);
        using var mount = new Mount(round.Host.Recordings);
        await round.AnyMomentAsync();
        Round.Expect(Mount.Try("-o", "remount,bind,ro", round.Host.Recordings), "the recordings could not be made read-only");
        await EndsAsync(live, round);
    }

    /// <summary>No record, no access.</summary>
    private static async Task EndsAsync(LiveTrace live, Round round)
    {
        await using (live)
        {
            // Somebody reads on, so that nothing waits for him.
            Task<Refused?> lastWord = live.Trace.LastWordAsync(round.Cancellation);
            SessionClosed closed = await live.Session.Control.ReadClosedAsync(round.Cancellation);
            Round.Expect(closed.Code == ErrorCode.RecordingFailed, $"the session ended with {closed.Code}, {closed.Message}");
            await lastWord;
            await round.UntilClosedAsync(live.Id);
        }
    }
}
