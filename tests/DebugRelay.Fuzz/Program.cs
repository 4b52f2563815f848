using System.Diagnostics;
using System.Globalization;
using DebugRelay.Fuzz;

if (args.Length == 0 || FuzzTargets.Find(args[0]) is not { } target) return Usage();
switch (args[1..])
{
    case ["seeds", var folder]:
        SeedFiles.Write(target, folder);
        return 0;
    case ["assemblies"]:
        Console.WriteLine(string.Join('\n', target.Assemblies));
        return 0;
    case ["afl"]:
        AflTarget.Run(target);
        return 0;
}

var (executions, seed, seconds) = (1_000_000L, Environment.TickCount, int.MaxValue);
for (var i = 1; i < args.Length; i += 2)
{
    if (i + 1 == args.Length || !long.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var value)) return Usage();
    switch (args[i])
    {
        case "--executions": executions = value; break;
        case "--seed": seed = (int)value; break;
        case "--seconds": seconds = (int)value; break;
        default: return Usage();
    }
}
var start = Stopwatch.GetTimestamp();
var result = FuzzLoop.Run(target, executions, seed, TimeSpan.FromSeconds(seconds));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target.Name}, seed {seed}, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s: {result}"));
if (result.Finding is not { } finding) return 0;
Console.WriteLine(Convert.ToHexString(finding.Input));
return 1;

static int Usage()
{
    Console.Error.WriteLine($"usage: TARGET [--executions N] [--seed S] [--seconds T] | TARGET seeds FOLDER | TARGET afl (under afl-fuzz, or an input on stdin)");
    Console.Error.WriteLine($"TARGET: {string.Join(", ", FuzzTargets.Names)}");
    return 2;
}
