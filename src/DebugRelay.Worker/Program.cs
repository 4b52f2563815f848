using System.Net.Sockets;
using System.Runtime.InteropServices;
using DebugRelay.Protocol.Unix;
using DebugRelay.Worker;

// debugrelay-worker --check NAME: says whether the profile on standard input can be used. The agent asks before it takes sessions.
if (args is ["--check", var name])
    return ProfileCheck.Run(name, Console.OpenStandardInput(), Console.Error);

// debugrelay-worker --socket PATH: started by the broker alone, one a session.
if (args is not ["--socket", var path])
{
    Console.Error.WriteLine("debugrelay-worker is started by debugrelay-broker.");
    return 2;
}

// A terminal's Ctrl-C and a service manager's stop reach every process of the host. A worker still has bytes to deliver:
// it ends with the broker's connection.
using PosixSignalRegistration interrupt = Ignore(PosixSignal.SIGINT), terminate = Ignore(PosixSignal.SIGTERM), hangUp = Ignore(PosixSignal.SIGHUP);

// The target comes first, and then who can take access away: hundreds of workers at once must not keep either from running.
_ = Priority.Lower();

using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
using var broker = new DescriptorSocket(socket);
return await WorkerLoop.RunAsync(broker);

static PosixSignalRegistration Ignore(PosixSignal signal) => PosixSignalRegistration.Create(signal, context => context.Cancel = true);
