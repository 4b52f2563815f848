using System.Buffers;
using System.Security.Cryptography;
using DebugRelay.Cli.Failures;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Connection;

/// <summary>A dump that is wanted.</summary>
/// <param name="Operation">One of `dump.mini`, `dump.triage`, `dump.heap`, `dump.full`.</param>
/// <param name="Target">The process.</param>
/// <param name="MaskLiterals">Mask the program's literals too.</param>
/// <param name="MaskFields">Keep of the program's own objects the references alone.</param>
/// <param name="Unscrubbed">As it is, encrypted to the session.</param>
internal sealed record WantedDump(string Operation, TargetProcess Target, bool MaskLiterals = false, bool MaskFields = false, bool Unscrubbed = false)
{
    /// <summary>The types by the names that users give them, with their operations.</summary>
    public static IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["mini"] = Operations.DumpMini, ["triage"] = Operations.DumpTriage, ["heap"] = Operations.DumpHeap, ["full"] = Operations.DumpFull,
    };
}

/// <summary>
/// Has a dump taken on the host and brings it here. Where the link breaks, another session fetches the rest: the host keeps the dump for a while, and its
/// target is not stopped again.
/// </summary>
/// <param name="open">Opens a session.</param>
/// <param name="clock">By which is waited between two tries.</param>
internal sealed class DumpFetch(Func<CancellationToken, Task<Session>> open, TimeProvider clock)
{
    /// <summary>How long a host may take to begin after the engineer has given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan[] Pauses = [.. new[] { 1, 2, 5, 10, 15, 20, 30, 30 }.Select(s => TimeSpan.FromSeconds(s))];

    // Of all that came. The first session counts it by itself: only those after it need another.
    private IncrementalHash? _hash;
    private string? _id;
    private long _bytes;

    /// <summary>Told how far it is.</summary>
    public Action<OperationProgress>? Progressed { get; init; }

    /// <summary>Told why the link was lost, before it is tried again.</summary>
    public Action<string>? Lost { get; init; }

    /// <summary>Bytes that have come.</summary>
    public long Bytes => _bytes;

    /// <summary>Fetches it.</summary>
    /// <param name="session">The session to begin with; the caller's.</param>
    /// <param name="wanted">What to take.</param>
    /// <param name="deliver">Takes its bytes in order, each once.</param>
    /// <param name="stop">Gives it up, here and on the host.</param>
    /// <returns>The end; partial where it was cut for a reason that another try does not mend.</returns>
    /// <exception cref="ConnectionException">The link broke and did not come back.</exception>
    /// <exception cref="MismatchException">What came is not what was sent.</exception>
    public async Task<OperationEnd> RunAsync(Session session, WantedDump wanted, DeliverAsync deliver, CancellationToken stop)
    {
        (OperationEnd? end, Exception? lost) = await TryAsync(session, wanted, deliver, stop);
        for (int i = 0; end is null && i < Pauses.Length; i++)
        {
            // Without its name nothing can be asked for again; what is encrypted to a session is of no use to another.
            if (_id is null || stop.IsCancellationRequested)
                break;
            Lost?.Invoke(lost!.Message);
            await Task.Delay(Pauses[i], clock, stop);
            (end, lost) = await AgainAsync(wanted, deliver, stop);
        }
        return Whole(end ?? throw lost!, wanted);
    }

    private async Task<(OperationEnd? End, Exception? Lost)> AgainAsync(WantedDump wanted, DeliverAsync deliver, CancellationToken stop)
    {
        try
        {
            await using Session session = await open(stop);
            (OperationEnd? end, Exception? lost) = await TryAsync(session, wanted, deliver, stop);
            if (end is not null)
                await session.CloseAsync();
            return (end, lost);
        }
        // The host may not know yet that the lost session is one.
        catch (Exception error) when (IsLink(error) || error is RefusedException { Refusal.Code: ErrorCode.LimitReached or ErrorCode.BrokerGone })
        {
            return (null, error);
        }
    }

    private async Task<(OperationEnd? End, Exception? Lost)> TryAsync(Session session, WantedDump wanted, DeliverAsync deliver, CancellationToken stop)
    {
        try
        {
            var parameters = new DumpParameters(wanted.MaskLiterals, wanted.MaskFields, _id, _bytes);
            var order = new OperationOrder(wanted.Operation, wanted.Target) { Unscrubbed = wanted.Unscrubbed, Dump = parameters };
            // Whoever gives up just now says so when the host has begun: a link that breaks without a word leaves the dump waiting to be fetched, and its target with it.
            using var patience = new CancellationTokenSource();
            await using CancellationTokenRegistration givenUp = stop.Register(() => patience.CancelAfter(Patience));
            await using Operation operation = await session.StartAsync(order, patience.Token);
            operation.Progressed = progress =>
            {
                _id = progress.Id ?? _id;
                Progressed?.Invoke(progress);
            };
            try
            {
                OperationEnd end = await operation.ReceiveAsync(KeepAsync, null, stop);
                return end is { Partial: true, Code: ErrorCode.ClientGone } ? (null, Operation.Cut(end)) : (end, null);
            }
            finally
            {
                _hash ??= operation.TakeHash();
            }
        }
        catch (Exception error) when (IsLink(error) && _id is not null)
        {
            return (null, error);
        }

        async ValueTask KeepAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellation)
        {
            await deliver(bytes, cancellation);
            foreach (ReadOnlyMemory<byte> part in _hash is null ? default : bytes)
                _hash!.AppendData(part.Span);
            _bytes += bytes.Length;
        }
    }

    /// <summary>Each part was checked as it came; this is the whole, whichever sessions brought it.</summary>
    private OperationEnd Whole(OperationEnd end, WantedDump wanted)
    {
        string came = Convert.ToHexStringLower(_hash!.GetCurrentHash());
        _hash.Dispose();
        if (!end.Partial && !wanted.Unscrubbed && end.Dump is { } report && (report.Sha256 != came || report.Bytes != _bytes))
            throw new MismatchException($"the dump that came has {_bytes} bytes and the SHA-256 {came}, the host's has {report.Bytes} and {report.Sha256}");
        return end;
    }

    private static bool IsLink(Exception error) => error is ConnectionException or IOException or ProtocolException { Code: ErrorCode.Truncated or ErrorCode.TimedOut };
}
