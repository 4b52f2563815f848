using System.Globalization;
using System.Net.Sockets;
using System.Text;
using DebugRelay.BreakOut;
using DebugRelay.Protocol.Unix;
using DebugRelay.Protocol.Unix.Confinement;

// debugrelay-breakout PARENT FILE MEMORY FILES DESCRIPTOR: does what a worker does first, and then what one would that a target has taken over. Each line that it
// sends says what it tried, and whether it worked.
if (args is not [var parentText, var file, var memory, var opensFiles, var descriptor])
    return 2;
int parent = int.Parse(parentText, CultureInfo.InvariantCulture);
using Socket socket = SocketPair.Inherited(int.Parse(descriptor, CultureInfo.InvariantCulture));
// What a compiled program has in itself, this one loads when it first needs it.
socket.Send("ready\n"u8);
string network = new FileInfo("/proc/self/ns/net").LinkTarget ?? "";
var limits = new OwnLimits(long.Parse(memory, CultureInfo.InvariantCulture), TimeSpan.FromSeconds(60), Descriptors: 64, FileSize: null, OpensFiles: bool.Parse(opensFiles), Child: 0);
string[] applied = limits.Apply();

foreach (string name in applied)
    Say($"applied {name}");
Say($"network {network}");
foreach ((string name, Func<bool> attempt) in Attempts.All(parent, file))
    Say($"{(attempt() ? "done" : "refused")} {name}");
Say($"megabytes {Attempts.Allocate()}");
Say($"threads {Attempts.StartThreads()}");
return 0;

// At once: one that ends early has said how far it came.
void Say(FormattableString line) => socket.Send(Encoding.UTF8.GetBytes(line.ToString(CultureInfo.InvariantCulture) + "\n"));
