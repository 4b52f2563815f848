using System.Diagnostics;
using System.Globalization;
using DebugRelay.Fuzz;

switch (args)
{
    case ["seeds", var folder]:
        await SeedFiles.WriteAsync(folder);
        return 0;
    case ["afl"]:
        AflTarget.Run();
        return 0;
}

var (executions, seed, seconds) = (1_000_000L, Environment.TickCount, int.MaxValue);
for (var i = 0; i < args.Length; i += 2)
{
    if (i + 1 == args.Length || !long.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var value)) return await UsageAsync();
    switch (args[i])
    {
        case "--executions": executions = value; break;
        case "--seed": seed = (int)value; break;
        case "--seconds": seconds = (int)value; break;
        default: return await UsageAsync();
    }
}
var start = Stopwatch.GetTimestamp();
var result = FuzzLoop.Run(executions, seed, TimeSpan.FromSeconds(seconds));
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"seed {seed}: {result.Executions} executions in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s, {result.Complete} whole, {result.Partial} cut, {result.Refused} refused"));
if (result.Finding is not { } finding) return 0;
Console.WriteLine($"FOUND: {finding.What}\n{Convert.ToHexString(finding.Input)}");
return 1;

static async Task<int> UsageAsync()
{
    await Console.Error.WriteLineAsync("usage: [--executions N] [--seed S] [--seconds T] | seeds FOLDER | afl (under afl-fuzz, or an input on stdin)");
    return 2;
}
