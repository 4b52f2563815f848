using System.Globalization;
using DebugRelay.Quality;
using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Text;

const int Each = 500;
var isSynthetic = args is ["synthetic", ..];
if (args.Length is not (1 or 2 or 3) || !(isSynthetic || Directory.Exists(args[0])))
{
    Console.Error.WriteLine("usage: DebugRelay.Quality FOLDER-OF-CORPORA [FILE-FOR-MISSES-AND-FALSE-ALARMS] | synthetic [SEED [FILE]]");
    return 2;
}

var seed = isSynthetic && args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
var cases = isSynthetic ? new Synthetic(seed).Make(Each) : Corpora.Read(args[0]);
var faults = isSynthetic ? args.ElementAtOrDefault(2) : args.ElementAtOrDefault(1);

var scanner = new TextScanner(RuleCatalog.Set(RuleCatalog.All.Where(r => r.Name != "uuid").Select(r => r.Name), []));
var score = new Score();
var hits = new HitList();
foreach (var one in cases)
{
    hits.Clear();
    scanner.RedactedByKey.Clear();
    scanner.Scan(one.Text, TextKind.Free, hits);
    score.Add(one, [.. Enumerable.Range(0, hits.Count).Select(i => hits[i])]);
}

foreach (var line in score.Table())
{
    Console.WriteLine(line);
}

if (faults is not null)
{
    File.WriteAllLines(faults, score.Faults);
}

return 0;
