using DebugRelay.Quality;
using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Text;

if (args.Length is not (1 or 2) || !Directory.Exists(args[0]))
{
    Console.Error.WriteLine("usage: DebugRelay.Quality FOLDER-OF-CORPORA [FILE-FOR-MISSES-AND-FALSE-ALARMS]");
    return 2;
}

var scanner = new TextScanner(RuleCatalog.Set(RuleCatalog.All.Where(r => r.Name != "uuid").Select(r => r.Name), []));
var score = new Score();
var hits = new HitList();
foreach (var one in Corpora.Read(args[0]))
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

if (args.Length == 2)
{
    File.WriteAllLines(args[1], score.Faults);
}

return 0;
