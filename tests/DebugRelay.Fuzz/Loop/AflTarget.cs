using SharpFuzz;

namespace DebugRelay.Fuzz;

/// <summary>What AFL++ runs: an input on standard input, and an exception where it breaks a promise. Without AFL++ it runs one input, to look at a finding.</summary>
internal static class AflTarget
{
    private const int MaxSize = 1024 * 1024;

    public static void Run(FuzzTarget target)
    {
        var oracle = new FuzzOracle(target);
        var input = new byte[MaxSize];
        Fuzzer.Run(stream =>
        {
            var length = stream.ReadAtLeast(input, input.Length, throwOnEndOfStream: false);
            if (oracle.Judge(input.AsSpan(0, length)) is { } what) throw new InvalidOperationException(what);
        });
    }
}
