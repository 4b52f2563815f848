using System.Globalization;
using System.Runtime.InteropServices;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Unix;
using DebugRelay.Protocol.Windows;
using DebugRelay.Worker;

// debugrelay-worker --check NAME: says whether the profile on standard input can be used. The agent asks before it takes sessions.
if (args is ["--check", var name])
    return ProfileCheck.Run(name, Console.OpenStandardInput(), Console.Error);

// debugrelay-worker --descriptor NUMBER, on Windows --pipes HANDLE HANDLE: started by the broker alone, one a session.
using IHandOver? broker = Inherited(args);
if (broker is null)
{
    Console.Error.WriteLine("debugrelay-worker is started by debugrelay-broker.");
    return 2;
}

// A terminal's Ctrl-C and a service manager's stop reach every process of the host. A worker still has bytes to deliver:
// it ends with the broker's connection.
using PosixSignalRegistration interrupt = Ignore(PosixSignal.SIGINT), terminate = Ignore(PosixSignal.SIGTERM), hangUp = Ignore(PosixSignal.SIGHUP);

return await WorkerLoop.RunAsync(broker);

static IHandOver? Inherited(string[] arguments)
{
    if (OperatingSystem.IsLinux() && arguments is ["--descriptor", var text] && int.TryParse(text, CultureInfo.InvariantCulture, out int descriptor))
        return new DescriptorHandOver(new DescriptorSocket(SocketPair.Inherited(descriptor)));
    return OperatingSystem.IsWindows() && arguments is ["--pipes", var incoming, var outgoing] ? PipeHandOver.Inherited(incoming, outgoing) : null;
}

static PosixSignalRegistration Ignore(PosixSignal signal) => PosixSignalRegistration.Create(signal, context => context.Cancel = true);
