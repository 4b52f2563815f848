using DebugRelay.DumpWorker;
using DebugRelay.DumpWorker.Taking;

// debugrelay-dumpworker scrub IN OUT [options]: started by `debugrelay scrub` for a dump.
// debugrelay-dumpworker take DESCRIPTOR: started by debugrelay-broker for a dump of a live process.
return args switch
{
    ["scrub", var input, var output, .. var options] => ScrubMode.Run(input, output, options),
    ["take", var descriptor] => TakeMode.Run(descriptor),
    ["verify", var descriptor, var seconds] => VerifyMode.Run(descriptor, seconds),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("debugrelay-dumpworker is started by debugrelay and by debugrelay-broker.");
    return 2;
}
