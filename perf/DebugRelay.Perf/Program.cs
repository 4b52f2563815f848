using BenchmarkDotNet.Running;
using DebugRelay.Perf.Revocation;
using DebugRelay.Perf.Rewriter;

switch (args)
{
    case ["rewriter", .. var rest]:
        await RewriterComparison.RunAsync(rest);
        break;
    case ["live"]:
        await LiveLoss.RunAsync();
        break;
    case ["revocation", .. var rest]:
        return await RevocationTime.RunAsync(rest);
    case ["micro", .. var rest]:
        BenchmarkSwitcher.FromAssembly(typeof(RewriterComparison).Assembly).Run(rest);
        break;
    default:
        await Console.Error.WriteLineAsync("usage: rewriter [ROUNDS] [FILE.nettrace …] | live | revocation [SESSIONS [READING]] | micro [BenchmarkDotNet's options]");
        return 2;
}
return 0;
