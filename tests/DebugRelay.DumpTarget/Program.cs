using System.Globalization;
using DebugRelay.DumpTarget;

// debugrelay-dumptarget SEED [objects N] [collect] [-- anything]: holds secrets in every place that a dump takes along, then waits for the end of its input.
if (args.Length == 0)
{
    Console.Error.WriteLine("usage: debugrelay-dumptarget SEED [objects N] [collect] [-- WORDS]");
    return 2;
}
var secrets = new SecretMaker(args[0]);
int objects = Array.IndexOf(args, "objects") is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 0;

using var places = new Places(secrets);
using var threads = new WaitingThreads(secrets);
using var work = new PendingWork(secrets);
await TlsTalk.RunAsync(secrets);
object[] ballast = Ballast.Make(objects);
if (args.Contains("collect"))
    Ballast.CollectForEver();
Console.WriteLine("ready");
while (Console.In.ReadLine() is not null)
{
}
GC.KeepAlive(ballast);
return 0;
