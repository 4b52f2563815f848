using System.Diagnostics;
using System.Globalization;
using System.Text;
using DebugRelay.Audit;

namespace DebugRelay.Perf.Audit;

/// <summary>The audit beside the floor, a grep for four words, over one warm tree of mixed text.</summary>
internal static class AuditSpeed
{
    private const int Files = 5_000;
    private const int Bytes = 30_000_000;

    public static void Run(string[] arguments)
    {
        int rounds = arguments is [var count, ..] ? int.Parse(count, CultureInfo.InvariantCulture) : 7;
        string root = Directory.CreateTempSubdirectory("debugrelay-audit-perf-").FullName;
        try
        {
            long bytes = Grow(root);
            Console.WriteLine($"{Files} files, {bytes / 1e6:0} MB; {rounds} alternating rounds; whole processor of {Environment.ProcessorCount} cores");
            Auditor.Run(root, new AuditOptions());
            var audit = new List<double>();
            var grep = new List<double>();
            AuditResult? result = null;
            for (int i = 0; i < rounds; i++)
            {
                grep.Add(Time(() => Grep(root)));
                audit.Add(Time(() => result = Auditor.Run(root, new AuditOptions())));
            }
            Console.WriteLine("\n| pass | files/s: median (min–max) | times the floor's time: median |\n|---|---|---|");
            Console.WriteLine(Row("grep -rE, four terms", grep, grep));
            Console.WriteLine(Row("audit", audit, grep));
            Console.WriteLine($"\n{result!.Judged} files judged, {result.Findings.Count} findings");
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static string Row(string name, List<double> seconds, List<double> floor)
    {
        double[] sorted = [.. seconds.Order()];
        double ratio = seconds.Zip(floor, (s, f) => s / f).Order().ElementAt(seconds.Count / 2);
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {Files / sorted[sorted.Length / 2]:N0} ({Files / sorted[^1]:N0}–{Files / sorted[0]:N0}) | {ratio:0.0} |");
    }

    private static double Time(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalSeconds;
    }

    private static void Grep(string root)
    {
        using Process grep = Process.Start(new ProcessStartInfo("grep", ["-rEc", "EnableDiagnostics|UseDeveloperExceptionPage|privileged: true|ASPNETCORE_ENVIRONMENT", root]) { RedirectStandardOutput = true })!;
        grep.StandardOutput.ReadToEnd();
        grep.WaitForExit();
    }

    /// <summary>A tree as services have it: half C#, then JSON, YAML, XML, scripts, and text that nobody judges; a finding in every fiftieth file.</summary>
    private static long Grow(string root)
    {
        var random = new Random(1);
        long total = 0;
        for (int i = 0; i < Files; i++)
        {
            (string name, Func<Random, int, string> line, string head, string tail, string fault) = Kinds[i % Kinds.Length];
            var text = new StringBuilder(head);
            int size = Bytes / Files / 2 + random.Next(Bytes / Files);
            for (int n = 0; text.Length < size; n++)
                text.Append(line(random, n));
            if (i % 50 == 0)
                text.Append(fault);
            string file = Path.Combine(root, $"team{i % 7}", $"service{i % 40}", string.Format(CultureInfo.InvariantCulture, name, i));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text.Append(tail).ToString());
            total += text.Length;
        }
        return total;
    }

    private static readonly (string Name, Func<Random, int, string> Line, string Head, string Tail, string Fault)[] Kinds =
    [
        ("Class{0}.cs", Code, "namespace Some.Service;\npublic class C {\n", "}\n", "void M(App app) { app.UseDeveloperExceptionPage(); }\n"),
        ("deploy{0}.yaml", (r, n) => $"    key{n}: {Word(r)}-{r.Next()}\n", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  labels:\n", "spec:\n  template:\n    spec:\n      hostPID: false\n      containers: []\n", ""),
        ("Model{0}.cs", Code, "namespace Some.Model;\npublic class C {\n", "}\n", "void M(App app) { app.UseSwaggerUI(); }\n"),
        ("appsettings.{0}.json", (r, n) => $"  \"{Word(r)}{n}\": \"{Word(r)} {r.Next()}\",\n", "{\n", "  \"End\": 1\n}\n", "  \"DetailedErrors\": true,\n"),
        ("Handler{0}.cs", Code, "namespace Some.Handlers;\npublic class C {\n", "}\n", ""),
        ("page{0}.md", (r, _) => $"{Word(r)} {Word(r)} {Word(r)} {Word(r)} {Word(r)}\n", "# Page\n", "", ""),
        ("View{0}.cs", Code, "namespace Some.Views;\npublic class C {\n", "}\n", ""),
        ("run{0}.sh", (r, n) => $"step{n}=\"{Word(r)}\"\necho \"$step{n}\" | grep {Word(r)} && cp a{n} b{n}\n", "#!/bin/sh\n", "", "export DOTNET_StressLog=1\n"),
        ("Map{0}.cs", Code, "namespace Some.Maps;\npublic class C {\n", "}\n", ""),
        ("part{0}.csproj", (r, n) => $"    <Compile Include=\"{Word(r)}{n}.cs\" />\n", "<Project Sdk=\"Microsoft.NET.Sdk\">\n  <ItemGroup>\n", "  </ItemGroup>\n</Project>\n", ""),
    ];

    private static string Code(Random random, int n)
        => $"    /// <summary>{Word(random)} {Word(random)} of {Word(random)}.</summary>\n    public int {Word(random)}{n}(string {Word(random)}x) => {random.Next()} + (int)Math.Max({n}, {random.Next(1000)});\n";

    private static string Word(Random random) => Words[random.Next(Words.Length)];

    private static readonly string[] Words = ["Order", "customer", "Invoice", "payment", "Handler", "route", "Builder", "context", "Stream", "token", "value", "Mapper", "Service", "options", "result", "queue"];
}
