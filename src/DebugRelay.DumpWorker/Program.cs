using DebugRelay.DumpWorker;
using DebugRelay.DumpWorker.Taking;

// debugrelay-dumpworker scrub IN OUT [options]: started by `debugrelay scrub` for a dump.
// debugrelay-dumpworker take SOCKET: started by debugrelay-broker for a dump of a live process.
return args switch
{
    ["scrub", var input, var output, .. var options] => ScrubMode.Run(input, output, options),
    ["take", var socket] => TakeMode.Run(socket),
    ["verify", var descriptor] => VerifyMode.Run(descriptor),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("debugrelay-dumpworker is started by debugrelay and by debugrelay-broker.");
    return 2;
}
