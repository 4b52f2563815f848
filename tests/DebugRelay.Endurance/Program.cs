using DebugRelay.Endurance;
using DebugRelay.Endurance.Chaos;
using DebugRelay.Endurance.Sessions;

const string Usage = """
    usage: chaos [--seed N] [--rounds N | --minutes N] [--only FAULT]    one fault a round befalls a real host, drawn from the seed
           sessions --count N                                           short sessions in a row: nothing of the host may grow
    The host's programs are taken from DEBUGRELAY_TEST_PROGRAMS where that names a folder, else from here.
    """;

switch (args)
{
    case ["chaos", .. var rest] when Options.Parse(rest, "seed", "rounds", "minutes", "only") is { } options && !(options.Has("rounds") && options.Has("minutes")):
        return await ChaosRun.RunAsync(options.Number("seed") ?? Environment.TickCount, options.Number("rounds"), options.Number("minutes"), options.Text("only"));
    case ["sessions", .. var rest] when Options.Parse(rest, "count")?.Number("count") is { } count:
        return await SessionSeries.RunAsync(count);
    default:
        await Console.Error.WriteLineAsync(Usage);
        return 2;
}
