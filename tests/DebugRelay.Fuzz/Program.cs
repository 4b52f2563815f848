using System.Diagnostics;
using System.Globalization;
using DebugRelay.Fuzz;

var (executions, seed, seconds) = (1_000_000L, Environment.TickCount, int.MaxValue);
for (var i = 0; i + 1 < args.Length; i += 2)
{
    var value = long.Parse(args[i + 1], CultureInfo.InvariantCulture);
    switch (args[i])
    {
        case "--executions": executions = value; break;
        case "--seed": seed = (int)value; break;
        case "--seconds": seconds = (int)value; break;
        default:
            await Console.Error.WriteLineAsync("usage: [--executions N] [--seed S] [--seconds T]");
            return 2;
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
