using DebugRelay.DumpWorker;

// debugrelay-dumpworker scrub IN OUT [options]: started by `debugrelay scrub` for a dump.
return args switch
{
    ["scrub", var input, var output, .. var options] => ScrubMode.Run(input, output, options),
    ["verify", var descriptor] => VerifyMode.Run(descriptor),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("debugrelay-dumpworker is started by debugrelay and by debugrelay-broker.");
    return 2;
}
