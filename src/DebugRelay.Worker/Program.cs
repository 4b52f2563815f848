using System.Net.Sockets;
using DebugRelay.Protocol.Unix;
using DebugRelay.Worker;

// debugrelay-worker --socket PATH --profile NAME: started by the broker alone, one a session.
if (args is not ["--socket", var path, "--profile", var profile])
{
    Console.Error.WriteLine("debugrelay-worker is started by debugrelay-broker.");
    return 2;
}

using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
using var broker = new DescriptorSocket(socket);
return await WorkerLoop.RunAsync(broker, profile);
