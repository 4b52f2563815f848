using System.Security.Cryptography;
using DebugRelay.Fleet;
using DebugRelay.Recording;
using DebugRelay.Shipper.Siem;

namespace DebugRelay.Shipper.Fleet;

/// <summary>
/// Brings one ledger to the bus as it lies there: lines up to a head, then the head, one message at a time. A ledger that is not the one that was sent is sent
/// from its beginning: whoever reads the stream sees where it is another.
/// </summary>
internal sealed class LedgerCourier(string folder, string role, string host, Cursor cursor, FleetBus bus, TextWriter log, TimeProvider time)
{
    private CursorState _state = cursor.Read();
    private (byte[] Lines, CursorState Next)? _pending;
    private string? _sentHead;
    private string? _problem;
    private DateTimeOffset? _since;
    private LedgerProgress? _progress;

    public string Role => role;

    /// <summary>How far it is; null before there is a ledger.</summary>
    public LedgerProgress? Progress => Volatile.Read(ref _progress);

    /// <summary>Until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            string? problem = null;
            try
            {
                await SendAsync(stop);
            }
            catch (Exception e) when (e is FleetException or ShipperException or RecordingException)
            {
                problem = e.Message;
            }
            if (problem is not null && _problem is null)
                await log.WriteLineAsync($"fleet: the {role}'s ledger does not reach the bus: {problem}; it is kept, and sent when it can be");
            else if (problem is null && _problem is not null)
                await log.WriteLineAsync($"fleet: the {role}'s ledger reaches the bus again");
            _problem = problem;
            await Task.Delay(problem is null ? Limits.Poll : Limits.FleetRetry, time, stop);
        }
    }

    private async Task SendAsync(CancellationToken stop)
    {
        if (LedgerReader.ReadHead(folder) is not { } head)
            return;
        Note(head.Size);
        await SendPendingAsync(stop);
        if (head.Size < _state.Entries)
            await BeginAnewAsync($"it has {head.Size} entries");
        while (_state.Entries < head.Size)
        {
            await SendLinesAsync(head.Size, stop);
            Note(head.Size);
        }
        string id = BusOutput.Id(head.Note.Span);
        if (id == _sentHead)
            return;
        await bus.StoreAsync(bus.Names.LedgerHead(host, role), new SentHead(head.Note.ToArray(), LedgerReader.ReadKey(folder)).ToUtf8(), id, stop);
        _sentHead = id;
    }

    private async Task SendLinesAsync(long until, CancellationToken stop)
    {
        using var message = new MemoryStream();
        CursorState next = _state;
        try
        {
            foreach (byte[] line in LedgerReader.ReadLinesOf(folder, _state.Offset))
            {
                if (next.Entries == until || (message.Length > 0 && message.Length + line.Length > FleetLimits.LedgerBytes))
                    break;
                if (!FollowedLedger.Continues(line, next.Entries, next.Last))
                {
                    await BeginAnewAsync($"entry {next.Entries} does not follow what was sent");
                    return;
                }
                message.Write(line);
                next = next with { Offset = next.Offset + line.Length, Entries = next.Entries + 1, Last = Convert.ToHexStringLower(SHA256.HashData(line)) };
            }
        }
        catch (RecordingException e) when (_state.Offset > 0 && message.Length == 0)
        {
            await BeginAnewAsync(e.Message);
            return;
        }
        if (message.Length == 0)
            throw new ShipperException($"its head speaks of {until} entries, and there are {next.Entries}");
        _pending = (message.ToArray(), next);
        await SendPendingAsync(stop);
    }

    /// <summary>What was not acknowledged may be there for all that: the same message again, with the same id, is stored once.</summary>
    private async Task SendPendingAsync(CancellationToken stop)
    {
        if (_pending is not ({ } lines, { } next))
            return;
        await bus.StoreAsync(bus.Names.LedgerLines(host, role), lines, BusOutput.Id(lines), stop);
        cursor.Write(next);
        (_state, _pending) = (next, null);
    }

    private async Task BeginAnewAsync(string why)
    {
        if (_state.Entries == 0)
            throw new ShipperException("it is no ledger from its beginning on");
        await log.WriteLineAsync($"fleet: the {role}'s ledger is not the one of which {_state.Entries} entries were sent: {why}; it is sent from its beginning");
        _state = new CursorState(0, 0, null);
        cursor.Write(_state);
    }

    private void Note(long size)
    {
        _since = _state.Entries >= size ? null : _since ?? time.GetUtcNow();
        Volatile.Write(ref _progress, new LedgerProgress(size, _state.Entries, _since));
    }
}
