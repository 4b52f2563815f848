using System.Security.Cryptography;
using System.Text;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;

namespace DebugRelay.TestSupport.Dumps;

/// <summary>A real process that holds secrets in every place that a dump takes along, with the list of them.</summary>
public sealed class DumpTargetProcess : IAsyncDisposable
{
    /// <summary>What the target names its secrets; the environment's and the argument's are the test's own.</summary>
    private static readonly string[] Names =
    [
        "string", "static", "thread-static", "chars", "utf8", "builder", "key", "queue", "boxed-list", "anonymous", "guids", "numbers", "exception", "inner-exception", "pinned",
        "base64", "weak", "finalizable", "pair", "large", "pooled", "pooled-bytes", "swept", "dead", "native", "native-utf16", "late-environment", "held", "stack-utf8", "stack-chars",
        "left-below", "parameter", "local", "async-argument", "async-local", "timer-state", "url", "header", "body", "answer",
    ];

    private readonly TestProcess _process;
    private readonly string _seed;

    private DumpTargetProcess(TestProcess process, int id, string seed, IReadOnlyDictionary<string, string> secrets) => (_process, Id, _seed, Secrets) = (process, id, seed, secrets);

    public int Id { get; }

    /// <summary>What its secrets are made from.</summary>
    public string Seed => _seed;

    /// <summary>Secrets by the place that they lie in.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>What each of its threads does, as proc(5) names it: T is stopped, t traced.</summary>
    public IReadOnlyList<char> Threads
        => [.. Directory.GetDirectories($"/proc/{Id}/task").Select(task => File.ReadAllText(Path.Combine(task, "stat"))).Select(stat => stat[stat.LastIndexOf(')') + 2])];

    /// <summary>Starts it and waits until all secrets are planted.</summary>
    public static async Task<DumpTargetProcess> StartAsync(IReadOnlyDictionary<string, string?>? environment = null, string? program = null, params string[] arguments)
    {
        string seed = RandomNumberGenerator.GetHexString(16), argument = Fresh(), variable = Fresh();
        var variables = new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>()) { ["DUMPTARGET_SECRET"] = variable };
        TestProcess process = TestProcess.Start(program ?? BuiltPrograms.Find("debugrelay-dumptarget"), [seed, .. arguments, "--", argument], variables);
        var secrets = Names.ToDictionary(name => name, name => Make(seed, name));
        (secrets["argument"], secrets["environment"]) = (argument, variable);
        try
        {
            await process.WaitForOutputAsync(line => line == "ready");
            return new DumpTargetProcess(process, process.Id, seed, secrets);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it with files, processes and a folder for temporary files of its own, as in a container.</summary>
    /// <returns>Null where that is not allowed.</returns>
    public static async Task<DumpTargetProcess?> StartContainedAsync()
    {
        string seed = RandomNumberGenerator.GetHexString(16);
        string[] arguments =
        [
            "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
            "sh", "-c", "mount -t tmpfs tmpfs /mnt && TMPDIR=/mnt exec \"$0\" \"$@\"", BuiltPrograms.Find("debugrelay-dumptarget"), seed,
        ];
        TestProcess process = TestProcess.Start("unshare", arguments);
        try
        {
            await process.WaitForOutputAsync(line => line == "ready");
            int id = int.Parse(File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children").Trim(), System.Globalization.CultureInfo.InvariantCulture);
            return new DumpTargetProcess(process, id, seed, Names.ToDictionary(name => name, name => Make(seed, name)));
        }
        catch (Exception) when (process.HasExited)
        {
            await process.DisposeAsync();
            return null;
        }
    }

    /// <summary>A secret number that it holds.</summary>
    public long Number(string name) => BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{_seed}:{name}"))) & long.MaxValue;

    /// <summary>Has the runtime's own createdump write a dump.</summary>
    public Task DumpAsync(DumpType type, string path, CancellationToken cancellation)
        => new DiagnosticsClient(Id).WriteDumpAsync(type, path, logDumpGeneration: false, cancellation);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Fresh() => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 24);

    /// <summary>As the target makes them.</summary>
    private static string Make(string seed, string name)
        => string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{name}")).Take(28).Select(b => (char)('a' + (b % 26))));
}
