using System.Net.Sockets;
using System.Runtime.InteropServices;
using DebugRelay.Protocol.Unix;
using DebugRelay.Worker;

// debugrelay-worker --socket PATH --profile NAME: started by the broker alone, one a session.
if (args is not ["--socket", var path, "--profile", var profile])
{
    Console.Error.WriteLine("debugrelay-worker is started by debugrelay-broker.");
    return 2;
}

// A terminal's Ctrl-C and a service manager's stop reach every process of the host. A worker still has bytes to deliver:
// it ends with the broker's connection.
using PosixSignalRegistration interrupt = Ignore(PosixSignal.SIGINT), terminate = Ignore(PosixSignal.SIGTERM), hangUp = Ignore(PosixSignal.SIGHUP);

using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
using var broker = new DescriptorSocket(socket);
return await WorkerLoop.RunAsync(broker, profile);

static PosixSignalRegistration Ignore(PosixSignal signal) => PosixSignalRegistration.Create(signal, context => context.Cancel = true);
