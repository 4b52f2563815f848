using System.Runtime.Versioning;
using DebugRelay.Broker.Targets;
using DebugRelay.Policy.Identity;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Dumps;

/// <summary>The dumps that are being made, and those that wait for an engineer whose link broke.</summary>
/// <param name="folder">Where their files lie; ours alone.</param>
/// <param name="traces">What is remembered of FIFOs.</param>
/// <param name="time">By which making and waiting end.</param>
[SupportedOSPlatform("linux")]
internal sealed class DumpStore(string folder, DumpTraces traces, TimeProvider time) : IDisposable
{
    private readonly Dictionary<string, MadeDump> _dumps = [];

    /// <summary>Makes a dump.</summary>
    /// <returns>It has begun: its target has been asked.</returns>
    /// <exception cref="ProtocolException">There is no room for it, or its target is being dumped already.</exception>
    /// <exception cref="TargetException">Its target has no place for it.</exception>
    /// <exception cref="Workers.WorkerException">Its process cannot be started.</exception>
    public MadeDump Begin(DumpOrder order)
    {
        MadeDump dump = Enter(order, out long most);
        try
        {
            dump.BeginAsync(folder, traces, most).GetAwaiter().GetResult();
        }
        catch
        {
            Forget(dump);
            throw;
        }
        _ = ForgetLaterAsync(dump);
        return dump;
    }

    /// <summary>A dump that waits.</summary>
    /// <exception cref="ProtocolException">There is none, or it is another's.</exception>
    public MadeDump Find(string id, PeerIdentity owner, TargetProcess process, string operation)
    {
        lock (_dumps)
        {
            if (_dumps.TryGetValue(id, out MadeDump? dump) && dump.Order.Owner.Equals(owner) && dump.Order.Operation == operation
                && (dump.Order.Endpoint.Process.Pid, dump.Order.Endpoint.Process.StartTime) == (process.Pid, process.StartTime))
                return dump;
        }
        throw new ProtocolException(ErrorCode.BadRequest, $"there is no such dump any more: one waits {Limits.DumpWaits.TotalMinutes:0} minutes; take another");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        MadeDump[] all;
        lock (_dumps)
            all = [.. _dumps.Values];
        Array.ForEach(all, Forget);
    }

    private MadeDump Enter(DumpOrder order, out long most)
    {
        TargetProcess process = order.Endpoint.Process;
        most = DumpRoom.Largest(process.Pid, DumpTypes.Of(order.Operation));
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DumpRoom.Check(folder, most);
        lock (_dumps)
        {
            MadeDump[] kept = [.. _dumps.Values.Where(d => !d.Ready.IsFaulted)];
            if (kept.Any(d => !d.Ready.IsCompleted && d.Order.Endpoint.Process.Pid == process.Pid))
                throw new ProtocolException(ErrorCode.LimitReached, $"a dump of process {process.Pid} is being made already");
            if (kept.Length >= Limits.DumpsAtOnce && kept.FirstOrDefault(d => d.IsDelivered) is { } delivered)
                Forget(delivered);
            else if (kept.Length >= Limits.DumpsAtOnce)
                throw new ProtocolException(ErrorCode.LimitReached, $"{Limits.DumpsAtOnce} dumps are made, or wait, on this host already; each waits {Limits.DumpWaits.TotalMinutes:0} minutes at most");
            var dump = new MadeDump(order, folder, time);
            _dumps[dump.Id] = dump;
            return dump;
        }
    }

    private async Task ForgetLaterAsync(MadeDump dump)
    {
        await ((Task)dump.Ready).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Delay(Limits.DumpWaits, time);
        Forget(dump);
    }

    private void Forget(MadeDump dump)
    {
        lock (_dumps)
            _dumps.Remove(dump.Id);
        dump.Dispose();
    }
}
