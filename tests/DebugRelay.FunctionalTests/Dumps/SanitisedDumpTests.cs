using System.Runtime.CompilerServices;
using System.Text.Json;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Dumps;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;
using Xunit;

namespace DebugRelay.FunctionalTests.Dumps;

/// <summary>Real dumps of a process full of secrets, sanitised as a user does it.</summary>
public sealed class SanitisedDumpTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Raw => _folder.File("raw.dmp");

    private string Result => _folder.File("out.dmp");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DumpType.Normal)]
    [InlineData(DumpType.Triage)]
    [InlineData(DumpType.WithHeap)]
    [InlineData(DumpType.Full)]
    public async Task No_secret_is_left_in_any_type_of_dump(DumpType type)
    {
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync();
        await target.DumpAsync(type, Raw, TestContext.Current.CancellationToken);
        IReadOnlyList<string> before = SecretSearch.Find(Raw, target.Secrets);
        // Of every place a heap dump has, and of stacks and the environment every dump: or this test could not fail.
        Assert.True(before.Count > (type is DumpType.WithHeap or DumpType.Full ? 45 : 4), string.Join(", ", before));

        DumpReport report = await ScrubAsync();

        Assert.Empty(SecretSearch.Find(Result, target.Secrets));
        Assert.True(report.Heap);
        Assert.Equal(new FileInfo(Raw).Length, report.Bytes);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Result));
        Assert.Equal(["out.dmp", "raw.dmp", "report.json"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Every_place_of_the_target_is_in_the_raw_dump()
    {
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync();
        await target.DumpAsync(DumpType.Full, Raw, TestContext.Current.CancellationToken);
        HashSet<string> places = [.. SecretSearch.Find(Raw, target.Secrets).Select(found => found.Split(' ')[0])];
        Assert.Empty(target.Secrets.Keys.Except(places));
    }

    [Fact]
    public async Task A_debugger_gets_the_same_answers_but_for_masked_text()
    {
        string manifest = Manifest();
        string? unavailable = await DebuggerAnswers.UnavailableAsync(manifest);
        Assert.SkipWhen(unavailable is not null, unavailable ?? "");
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync();
        await target.DumpAsync(DumpType.Full, Raw, TestContext.Current.CancellationToken);
        await ScrubAsync();
        string exception = await DebuggerAnswers.AddressOfAsync(manifest, Raw, "System.ArgumentException");
        string places = await DebuggerAnswers.AddressOfAsync(manifest, Raw, "DebugRelay.DumpTarget.Places");
        string[] questions =
        [
            "clrthreads", "clrstack -all", "clrstack -all -f", "dumpheap -stat", $"gcroot {places}", $"gcroot {exception}", $"dumpobj {places}", $"dumpobj {exception}", "eeheap", "threadpool",
            $"pe {exception}", "gchandles", "syncblk", "dumpasync", "finalizequeue", "verifyheap", "dumpdomain", "clrmodules", $"objsize {places}", "timerinfo", "parallelstacks",
            "name2ee System.Private.CoreLib.dll System.String", "modules", "gcheapstat", "eeversion",
        ];

        string[] before = await DebuggerAnswers.AskAsync(manifest, Raw, questions), after = await DebuggerAnswers.AskAsync(manifest, Result, questions);

        // The answers are there, and not the same empty ones. Whether the debugger finds the raw heap sound is not ours to say: it takes the gap behind
        // an allocation context that is exactly full for an object without a type.
        foreach (string word in (string[])["WaitWithSpans", "PendingWork", "objects verified", "DebugRelay.DumpTarget.Places", "MonitorHeld", "Portable thread pool"])
            Assert.True(before.Any(line => line.Contains(word, StringComparison.OrdinalIgnoreCase)), $"no answer about the raw dump holds '{word}':\n{string.Join('\n', before)}");
        Assert.True(before.Length > 2000, $"{before.Length} lines");
        Assert.Equal(before.Length, after.Length);
        for (int i = 0; i < before.Length; i++)
        {
            if (before[i] != after[i])
                Assert.Matches(@"^(Message|StackTraceString|\s.*String).*\*{8}", after[i]);
        }
    }

    [Fact]
    public async Task A_heap_of_the_server_collector_is_sanitised()
    {
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync(new Dictionary<string, string?> { ["DOTNET_gcServer"] = "1", ["DOTNET_GCHeapCount"] = "2" });
        await target.DumpAsync(DumpType.WithHeap, Raw, TestContext.Current.CancellationToken);

        DumpReport report = await ScrubAsync();

        Assert.Empty(SecretSearch.Find(Result, target.Secrets));
        Assert.True(report.Verified?.Objects > 10_000);
    }

    [Fact]
    public async Task A_dump_in_the_middle_of_collections_is_sanitised_or_withheld()
    {
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync(arguments: "collect");
        await target.DumpAsync(DumpType.WithHeap, Raw, TestContext.Current.CancellationToken);
        await using TestProcess client = await TestProcess.RunAsync(BuiltPrograms.Client, ["scrub", Raw, Result]);
        Assert.True(client.ExitCode is 0 or 1 or 4, client.Errors.Text);
        Assert.Equal(client.ExitCode == 0, File.Exists(Result));
        if (client.ExitCode == 0)
            Assert.Empty(SecretSearch.Find(Result, target.Secrets));
    }

    /// <summary>Its threads have reserved room everywhere, and freed native memory holds texts of all kinds right beside the runtime's pointers.</summary>
    [Fact]
    public async Task A_busy_service_is_sanitised_with_and_without_its_heap()
    {
        await using SampleProcess shop = await SampleProcess.StartAsync("--rate", "900");
        var secrets = shop.Secrets.Where(s => s.Value.Length >= 16).DistinctBy(s => s.Name).ToDictionary(s => s.Name, s => s.Value);
        foreach (DumpType type in (DumpType[])[DumpType.WithHeap, DumpType.Normal])
        {
            await new DiagnosticsClient(shop.Id).WriteDumpAsync(type, Raw, logDumpGeneration: false, TestContext.Current.CancellationToken);
            File.Delete(Result);
            DumpReport report = await ScrubAsync("--force");
            Assert.Equal(type == DumpType.WithHeap, report.Verified?.Objects > 5_000);
            Assert.Empty(SecretSearch.Find(Result, secrets));
        }
    }

    [Fact]
    public async Task Without_the_runtimes_own_component_nothing_of_the_heap_is_kept()
    {
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync();
        await target.DumpAsync(DumpType.WithHeap, Raw, TestContext.Current.CancellationToken);
        string elsewhere = _folder.CreateFolder("no-runtime");

        DumpReport report = await ScrubAsync("--runtime", elsewhere);

        Assert.False(report.Heap);
        Assert.Contains("not on this machine", report.Reason, StringComparison.Ordinal);
        Assert.Empty(SecretSearch.Find(Result, target.Secrets));
    }

    [Theory]
    [InlineData("net8.0", false)]
    [InlineData("net9.0", false)]
    [InlineData("net9.0", true)]
    public async Task Dumps_of_older_runtimes_and_of_single_files_are_sanitised(string framework, bool isSingleFile)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("DEBUGRELAY_TEST_RUNTIMES") is not null, "it publishes programs for half a minute: set DEBUGRELAY_TEST_RUNTIMES to run it");
        string program = await PublishAsync(framework, isSingleFile: false);
        string runtime = Path.GetDirectoryName(program)!;
        if (isSingleFile)
        {
            program = await PublishAsync(framework, isSingleFile: true);
            // Which the SDK leaves out, though a dump needs it.
            File.Copy(Path.Combine(runtime, "createdump"), Path.Combine(Path.GetDirectoryName(program)!, "createdump"));
        }
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync(program: program);
        await target.DumpAsync(DumpType.Full, Raw, TestContext.Current.CancellationToken);
        Assert.True(SecretSearch.Find(Raw, target.Secrets).Count > 45);

        DumpReport report = await ScrubAsync("--runtime", runtime);

        Assert.Empty(SecretSearch.Find(Result, target.Secrets));
        Assert.True(report is { Heap: true, Verified.Objects: > 10_000 });
    }

    private async Task<string> PublishAsync(string framework, bool isSingleFile)
    {
        string sources = Path.Combine(Path.GetDirectoryName(Manifest())!, "..", "tests", "DebugRelay.DumpTarget"), folder = _folder.CreateFolder($"{framework}-{isSingleFile}"), project = _folder.CreateFolder($"project-{framework}-{isSingleFile}");
        foreach (string source in Directory.GetFiles(sources, "*.cs"))
            File.Copy(source, Path.Combine(project, Path.GetFileName(source)));
        // A project of its own: the repository's settings are for one framework alone.
        string file = Path.Combine(project, "debugrelay-dumptarget.csproj");
        await File.WriteAllTextAsync(file, $"""
            <Project Sdk="Microsoft.NET.Sdk"><PropertyGroup>
              <OutputType>Exe</OutputType><TargetFramework>{framework}</TargetFramework><RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>true</SelfContained>
              <PublishSingleFile>{isSingleFile}</PublishSingleFile><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings><AllowUnsafeBlocks>true</AllowUnsafeBlocks><LangVersion>latest</LangVersion>
            </PropertyGroup></Project>
            """, TestContext.Current.CancellationToken);
        await using TestProcess publish = await TestProcess.RunAsync("dotnet", ["publish", file, "-c", "Release", "-o", folder, "-nodeReuse:false"], limit: TimeSpan.FromMinutes(3));
        Assert.True(publish.ExitCode == 0, publish.Output.Text);
        return Path.Combine(folder, "debugrelay-dumptarget");
    }

    [Fact]
    public async Task Options_mask_literals_and_numbers_too()
    {
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync();
        await target.DumpAsync(DumpType.WithHeap, Raw, TestContext.Current.CancellationToken);
        Assert.True(Holds(Raw, target.Number("boxed-number")) && Holds(Raw, target.Number("pair-number")));

        DumpReport report = await ScrubAsync("--mask-literals", "--mask-fields");

        Assert.Equal(0, report.Masked["literals-kept"]);
        Assert.Equal(["mask-literals", "mask-fields"], report.Options);
        Assert.False(Holds(Result, target.Number("boxed-number")) || Holds(Result, target.Number("pair-number")));
        Assert.Empty(SecretSearch.Find(Result, target.Secrets));
    }

    /// <summary>A runtime that is to write maps of its code would die of it: the processes that read a dump may write no file.</summary>
    [Fact]
    public async Task What_the_callers_environment_asks_of_a_runtime_is_not_asked_of_ours()
    {
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync();
        await target.DumpAsync(DumpType.Normal, Raw, TestContext.Current.CancellationToken);
        var environment = new Dictionary<string, string?> { ["DOTNET_PerfMapEnabled"] = "1", ["PerfMapJitDumpPath"] = _folder.Path };
        await using TestProcess client = await TestProcess.RunAsync(BuiltPrograms.Client, ["scrub", Raw, Result], environment);
        Assert.True(client.ExitCode == 0, client.Errors.Text);
        Assert.Empty(SecretSearch.Find(Result, target.Secrets));
    }

    [Fact]
    public async Task Broken_dumps_fail_with_a_reason_in_time_and_leave_nothing()
    {
        await using DumpTargetProcess target = await DumpTargetProcess.StartAsync();
        await target.DumpAsync(DumpType.Normal, Raw, TestContext.Current.CancellationToken);
        byte[] whole = await File.ReadAllBytesAsync(Raw, TestContext.Current.CancellationToken);
        Assert.Contains("notes of threads", await ScrubBrokenAsync(target, BrokenDump.WithoutAThread(whole), 0), StringComparison.Ordinal);
        Assert.Contains("cut short", await ScrubBrokenAsync(target, whole[..(whole.Length / 2)], 0), StringComparison.Ordinal);
        // Every few words of the heap, of the runtime's structures, and of the notes; then the file is still a core, and a hostile one.
        foreach ((int seed, int words) in new[] { (81, 300), (82, 4000), (83, 8000) })
            await ScrubBrokenAsync(target, BrokenDump.With(whole, seed, words), seed);
    }

    /// <returns>Why there is no result; empty where there is one without secrets.</returns>
    private async Task<string> ScrubBrokenAsync(DumpTargetProcess target, byte[] bytes, int seed)
    {
        string broken = _folder.File("broken.dmp");
        await File.WriteAllBytesAsync(broken, bytes, TestContext.Current.CancellationToken);
        File.Delete(Result);
        await using TestProcess client = await TestProcess.RunAsync(BuiltPrograms.Client, ["scrub", broken, Result], limit: TimeSpan.FromMinutes(3));
        string story = $"seed {seed}, target {target.Seed}: exit code {client.ExitCode} {client.Errors.Text}";
        Assert.True(client.ExitCode is 0 or 1 or 4, story);
        Assert.True(client.ExitCode == 0 == File.Exists(Result), story);
        Assert.True(client.ExitCode == 0 || client.Errors.Text.Length > 0, story);
        if (client.ExitCode != 0)
            return client.Errors.Text;
        IReadOnlyList<string> left = SecretSearch.Find(Result, target.Secrets);
        if (left.Count == 0)
            return "";
        // What leaks once must not be lost: it holds a test's secrets alone.
        string kept = Path.Combine(Path.GetTempPath(), $"debugrelay-leaking-{seed}-{target.Seed}.dmp");
        File.Copy(broken, kept, overwrite: true);
        Assert.Fail($"{story}; left: {string.Join(", ", left)}; the dump is kept as {kept}");
        return "";
    }

    private async Task<DumpReport> ScrubAsync(params string[] options)
    {
        string file = _folder.File("report.json");
        await using TestProcess client = await TestProcess.RunAsync(BuiltPrograms.Client, ["scrub", Raw, Result, "--report", file, .. options]);
        Assert.True(client.ExitCode == 0, client.Errors.Text);
        return JsonSerializer.Deserialize(await File.ReadAllTextAsync(file), ProtocolJson.Default.DumpReport)!;
    }

    private static bool Holds(string path, long number) => File.ReadAllBytes(path).AsSpan().IndexOf(BitConverter.GetBytes(number)) >= 0;

    private static string Manifest([CallerFilePath] string here = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", ".config", "dotnet-tools.json"));
}
