using System.Runtime.InteropServices;
using DebugRelay.Broker;
using DebugRelay.Broker.Hosting.Windows;
using DebugRelay.Policy.Configuration;

// debugrelay-broker run --config FILE [--socket PATH] [--with-parent]
// --socket overrides the configuration's path; --with-parent ends the broker when its standard input ends.
if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine("usage: debugrelay-broker run --config FILE [--socket PATH] [--with-parent]");
    return 2;
}

if (OperatingSystem.IsWindows())
    return await RunAsync(() => BrokerService.RunAsync(options));

bool parentIsGone = false;
using var stop = new CancellationTokenSource();
using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => { signal.Cancel = true; stop.Cancel(); });
// A terminal's Ctrl-C, and its end, reach the whole group; the agent decides when its broker leaves.
using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopAlone);
using PosixSignalRegistration hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, HangUp);
if (options.WithParent)
    _ = Task.Run(() => { while (Console.In.Read() >= 0) { } parentIsGone = true; stop.Cancel(); });

return await RunAsync(async () =>
{
    await BrokerServer.RunAsync(options, stop.Token);
    if (parentIsGone && options.Socket is { } socket)
        RemoveFolder(socket);
});

static async Task<int> RunAsync(Func<Task> run)
{
    try
    {
        await run();
        return 0;
    }
    catch (Exception e) when (e is ConfigurationException or IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine($"debugrelay-broker: {e.Message}");
        return 1;
    }
}

// A terminal that goes away is a reason to stop; a service is asked to read its files again, which the server does.
void HangUp(PosixSignalContext signal)
{
    signal.Cancel = true;
    if (!Console.IsInputRedirected)
        StopAlone(signal);
}

void StopAlone(PosixSignalContext signal)
{
    signal.Cancel = true;
    if (!options.WithParent)
        stop.Cancel();
}

// The socket's folder is the parent's, made for us. One that was killed cannot remove it.
static void RemoveFolder(string socket)
{
    File.Delete(socket + BrokerServer.LockSuffix);
    string folder = Path.GetDirectoryName(Path.GetFullPath(socket))!;
    if (!Directory.EnumerateFileSystemEntries(folder).Any())
        Directory.Delete(folder);
}
