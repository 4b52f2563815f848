using BenchmarkDotNet.Running;
using DebugRelay.Perf.Audit;
using DebugRelay.Perf.Rewriter;

switch (args)
{
    case ["rewriter", .. var rest]:
        await RewriterComparison.RunAsync(rest);
        break;
    case ["live"]:
        await LiveLoss.RunAsync();
        break;
    case ["audit", .. var rest]:
        AuditSpeed.Run(rest);
        break;
    case ["micro", .. var rest]:
        BenchmarkSwitcher.FromAssembly(typeof(RewriterComparison).Assembly).Run(rest);
        break;
    default:
        await Console.Error.WriteLineAsync("usage: rewriter [ROUNDS] [FILE.nettrace …] | live | audit [ROUNDS] | micro [BenchmarkDotNet's options]");
        return 2;
}
return 0;
