using System.Diagnostics;
using DebugRelay.NetTrace;

namespace DebugRelay.Fuzz;

/// <summary>What broke a promise, and the input that did it.</summary>
public sealed record Finding(string What, byte[] Input);

/// <summary>How a run of the loop went.</summary>
public sealed record FuzzResult(long Executions, long Complete, long Partial, long Refused, Finding? Finding);

/// <summary>Mutates streams of a seed corpus and runs each through the rewriter, until a finding or the end of the run.</summary>
public static class FuzzLoop
{
    public static FuzzResult Run(long executions, int seed, TimeSpan time)
    {
        var random = new Random(seed);
        var seeds = SeedCorpus.Make(random);
        var oracle = new Oracle();
        var start = Stopwatch.GetTimestamp();
        long done = 0, complete = 0, partial = 0, refused = 0;
        for (; done < executions; done++)
        {
            if (done % 1024 == 0 && Stopwatch.GetElapsedTime(start) >= time) break;
            var input = Mutator.Mutate(random, seeds);
            if (oracle.Judge(input) is { } what) return new FuzzResult(done + 1, complete, partial, refused, new Finding(what, input.ToArray()));
            if (oracle.Summary.State == RewriteState.Complete) complete++;
            else if (oracle.OutputLength > 0) partial++;
            else refused++;
        }
        return new FuzzResult(done, complete, partial, refused, null);
    }
}
