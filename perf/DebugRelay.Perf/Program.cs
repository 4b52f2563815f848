using System.Globalization;
using BenchmarkDotNet.Running;
using DebugRelay.Perf.Audit;
using DebugRelay.Perf.Dumps;
using DebugRelay.Perf.Fleets;
using DebugRelay.Perf.Footprint;
using DebugRelay.Perf.Peers;
using DebugRelay.Perf.Recordings;
using DebugRelay.Perf.Revocation;
using DebugRelay.Perf.Rewriter;
using DebugRelay.Perf.Scrubbing;
using DebugRelay.Perf.Targets;

switch (args)
{
    case ["rewriter", .. var rest]:
        await RewriterComparison.RunAsync(rest);
        break;
    case ["scrub", .. var rest]:
        await ScrubComparison.RunAsync(rest);
        break;
    case ["repeat", var pass, var seconds, var file]:
        await RewriterComparison.RepeatAsync(pass, double.Parse(seconds, CultureInfo.InvariantCulture), file);
        break;
    case ["record", var folder]:
        await RecordedFiles.WriteAsync(folder);
        break;
    case ["hostile"]:
        return HostileFields.Run();
    case ["serve"]:
        await Children.ServeAsync();
        break;
    case ["emit", var kind, var count]:
        Children.Emit(kind, int.Parse(count, CultureInfo.InvariantCulture));
        break;
    case ["diet"]:
        return await CleanDiet.RunAsync();
    case ["live"]:
        await LiveLoss.RunAsync();
        break;
    case ["recording"]:
        await RecordingCost.RunAsync(null);
        break;
    case ["recording", var script]:
        await RecordingCost.RunAsync(script);
        break;
    case ["answers"]:
        await AnswerTable.RunAsync(Path.GetFullPath(Path.Combine(".config", "dotnet-tools.json")));
        break;
    case ["dumps", .. { Length: <= 2 } numbers]:
        int[] counts = [.. numbers.Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        await DumpCost.RunAsync(counts is [var objects, ..] ? objects : 15_000_000, counts is [_, var rounds] ? rounds : 1);
        break;
    case ["audit", .. var rest]:
        AuditSpeed.Run(rest);
        break;
    case ["revocation", "kinds", .. var rest]:
        return await RevocationKinds.RunAsync(rest);
    case ["revocation", .. var rest]:
        return await RevocationTime.RunAsync(rest);
    case ["footprint", var programs]:
        await HostFootprint.RunAsync(programs);
        break;
    case ["fleet", .. { Length: <= 1 } rest]:
        return await FleetNumbers.RunAsync(rest is [var agents] ? int.Parse(agents, CultureInfo.InvariantCulture) : 1000);
    case ["throughput", .. { Length: <= 3 } rest]:
        await TargetThroughput.RunAsync(rest);
        break;
    case ["delay", .. { Length: <= 2 } rest]:
        await CounterDelay.RunAsync(rest);
        break;
    case ["peers", .. { Length: <= 3 } rest]:
        return await PeersComparison.RunAsync(rest);
    case ["peer-read", var path, var duration, var buffer, var output]:
        await ReaderProcess.ReadAsync(path, double.Parse(duration, CultureInfo.InvariantCulture), int.Parse(buffer, CultureInfo.InvariantCulture), output);
        break;
    case ["peer-scrub", var path, var duration, var buffer, var output]:
        await ReaderProcess.ScrubAsync(path, double.Parse(duration, CultureInfo.InvariantCulture), int.Parse(buffer, CultureInfo.InvariantCulture), output);
        break;
    case ["micro", .. var rest]:
        BenchmarkSwitcher.FromAssembly(typeof(RewriterComparison).Assembly).Run(rest);
        break;
    default:
        await Console.Error.WriteLineAsync("usage: rewriter [ROUNDS] [FILE.nettrace …] | scrub [ROUNDS] [FILE.nettrace …] | record FOLDER | repeat PASS SECONDS FILE.nettrace | hostile | diet | live | dumps [OBJECTS [ROUNDS]] | answers | audit [ROUNDS] | recording [verify-recording.sh] | revocation [SESSIONS [READING [DIR]]] | revocation kinds [DIR] | footprint DIR | fleet [AGENTS] | throughput [ROUNDS [ASKERS [DIR]]] | delay [SECONDS [DIR]] | peers [ROUNDS [DIR [OUT]]] | micro [BenchmarkDotNet's options]");
        return 2;
}
return 0;
