using System.Runtime.InteropServices;
using DebugRelay.Shipper;
using DebugRelay.Shipper.Siem;

// debugrelay-shipper run --config FILE: what leaves the host beside sessions. Optional; agent and broker do without it.
if (args is not ["run", "--config", var file])
{
    Console.Error.WriteLine("usage: debugrelay-shipper run --config FILE");
    return 2;
}

using var stop = new CancellationTokenSource();
using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    ShipperConfiguration configuration = ShipperConfiguration.Load(file);
    await using Shipment shipment = Shipment.Create(configuration, Console.Error);
    Console.WriteLine("debugrelay-shipper follows " + string.Join(", ", shipment.Followed));
    await shipment.RunAsync(stop.Token);
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 0;
}
catch (Exception e) when (e is ShipperException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"debugrelay-shipper: {e.Message}");
    return 1;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
