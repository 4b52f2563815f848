using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Unix;
using DebugRelay.Protocol.Unix.Confinement;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.DumpWorker.Taking;

/// <summary>
/// One dump of a live process, for the broker: read from the FIFO that the target's createdump writes into, sanitised, verified. Both files have no name,
/// so that nothing is left of them when this process ends, however it does.
/// </summary>
internal sealed class TakeMode(DescriptorSocket broker) : IDisposable
{
    private readonly Lock _telling = new();
    private volatile bool _brokerIsGone;
    private volatile bool _isDraining;

    /// <param name="descriptor">The number of the broker's socket, which was inherited.</param>
    /// <returns>0 when the result is whole and verified.</returns>
    public static int Run(string descriptor)
    {
        // A terminal's Ctrl-C reaches every process of the host; the target would be left waiting for a reader.
        using PosixSignalRegistration interrupt = Ignore(PosixSignal.SIGINT), terminate = Ignore(PosixSignal.SIGTERM), hangUp = Ignore(PosixSignal.SIGHUP);
        using var mode = new TakeMode(new DescriptorSocket(SocketPair.Inherited(int.Parse(descriptor, CultureInfo.InvariantCulture))));
        return mode.Take();
    }

    /// <inheritdoc/>
    public void Dispose() => broker.Dispose();

    private int Take()
    {
        if (broker.ReceiveAsync(CancellationToken.None).GetAwaiter().GetResult() is not ({ Type: FrameType.DumpJob } frame, [var fifo, var rawFile, var resultFile]))
            return 2;
        DumpJobOrder order = new(frame.Read(ProtocolJson.Default.DumpJob), ToFile(fifo), ToFile(rawFile), ToFile(resultFile));
        try
        {
            // Started now: once a byte of the dump has been read, this process starts nothing any more.
            using VerifyingProcess? verifying = order.Job.Seal is null ? VerifyingProcess.Start(order.Result, order.Job.MostBytes) : null;
            string[] isolation = LimitsOf(order.Job, verifying).Apply();
            _ = ListenAsync();
            Tell(new DumpLine(Report: Run(order, verifying, isolation)));
            return 0;
        }
        catch (DumpException e)
        {
            return Fail(e.Code, e.Message);
        }
        catch (IOException e)
        {
            return Fail(DumpException.Storage, e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Not its message, which could repeat what was read.
            return Fail(DumpException.BadDump, $"the dump cannot be read ({e.GetType().Name})");
        }
    }

    /// <summary>A moment more than the watchdog gives, which says why; encrypting takes a little more room than the dump.</summary>
    private static OwnLimits LimitsOf(Protocol.Messages.DumpJob job, VerifyingProcess? verifying)
        => DumpLimits.OfProcess(Watchdog.LimitFor(job.MostBytes) + TimeSpan.FromSeconds(10), job.MostBytes + (job.MostBytes / 64) + (1 << 20), verifying?.Pid ?? 0);

    private DumpReport Run(DumpJobOrder order, VerifyingProcess? verifying, string[] isolation)
    {
        _isDraining = true;
        long bytes;
        using (order.Fifo)
            bytes = Drain.Run(order.Fifo, order.Raw, order.Job.MostBytes, Report, () => _brokerIsGone);
        _isDraining = false;
        if (_brokerIsGone)
            Environment.Exit(1);
        if (order.Job.Seal is { } seal)
            return SealedCopy.Run(order.Raw, order.Result, bytes, seal, isolation, Tell);
        var options = new SanitiseOptions(order.Job.MaskLiterals, order.Job.MaskFields);
        using var raw = new FileStream(order.Raw, FileAccess.ReadWrite, bufferSize: 0);
        using var watchdog = new Watchdog(bytes, Tell);
        return DumpJob.Run(raw, order.Result, options, verifying!, isolation, stage => Tell(new DumpLine(Progress: new DumpProgress(stage, 0, bytes))));
    }

    private void Report(long bytes) => Tell(new DumpLine(Progress: new DumpProgress("take", bytes, 0)));

    /// <summary>
    /// The broker says one thing more: leave. Where it dies, the target must not wait for a reader that is gone: what it writes is read to the end and
    /// thrown away.
    /// </summary>
    private async Task ListenAsync()
    {
        bool isOrder = false;
        try
        {
            isOrder = await broker.ReceiveAsync(CancellationToken.None) is not null;
        }
        catch (Exception e) when (e is IOException or SocketException or ProtocolException or ObjectDisposedException)
        {
            // As good as an end.
        }
        _brokerIsGone = true;
        if (isOrder || !_isDraining)
            Environment.Exit(1);
    }

    private int Fail(string code, string message)
    {
        Tell(new DumpLine(Failure: new Refused(code, message)));
        return 1;
    }

    private void Tell(DumpLine line)
    {
        try
        {
            lock (_telling)
                broker.SendAsync(FrameType.DumpLine, JsonSerializer.SerializeToUtf8Bytes(line, ProtocolJson.Default.DumpLine), [], CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            _brokerIsGone = true;
        }
    }

    private static SafeFileHandle ToFile(SafeFileDescriptor descriptor) => new(descriptor.Detach(), ownsHandle: true);

    private static PosixSignalRegistration Ignore(PosixSignal signal) => PosixSignalRegistration.Create(signal, context => context.Cancel = true);

    /// <summary>What the broker ordered, with the descriptors that came along.</summary>
    private sealed record DumpJobOrder(Protocol.Messages.DumpJob Job, SafeFileHandle Fifo, SafeFileHandle Raw, SafeFileHandle Result);
}
