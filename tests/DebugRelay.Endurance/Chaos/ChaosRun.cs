using System.Diagnostics;
using System.Globalization;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Endurance.Chaos;

/// <summary>Fault after fault on one host, and after each the same questions.</summary>
internal static class ChaosRun
{
    private const int UsualRounds = 30;

    /// <summary>Past this a round hangs.</summary>
    private static readonly TimeSpan RoundLimit = TimeSpan.FromMinutes(4);

    /// <param name="seed">The same seed draws the same faults, in the same order and with the same numbers.</param>
    /// <param name="rounds">How many rounds; null: as many as the minutes give.</param>
    /// <param name="minutes">No round begins after them.</param>
    /// <param name="only">This fault alone.</param>
    /// <returns>The exit code: 1 where something did not hold.</returns>
    public static async Task<int> RunAsync(int seed, int? rounds, int? minutes, string? only)
    {
        Fault[] faults = [.. Fault.All.Where(f => only is null || f.Name == only)];
        if (faults.Length == 0)
        {
            await Console.Error.WriteLineAsync($"there is no fault {only}: {string.Join(", ", Fault.All.Select(f => f.Name))}");
            return 2;
        }
        Console.WriteLine($"seed {seed}");
        await using Site site = await Site.StartAsync();
        Aftermath aftermath = await FirstLookAsync(site);
        var table = faults.ToDictionary(f => f.Name, _ => new Tally());
        long start = Stopwatch.GetTimestamp();
        int number = 0;
        bool holds = true;
        foreach (Fault fault in Fault.Draw(faults, seed))
        {
            bool isOver = minutes is { } most ? Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(most) : number >= (rounds ?? UsualRounds);
            if (isOver || !holds)
                break;
            number++;
            holds = await PlayAsync(site, aftermath, fault, table[fault.Name], seed, number);
        }
        // The runtime's own word, which takes seconds: not each round's.
        await TargetSessions.UntilFreeAsync(site.Target.Id, CancellationToken.None);
        Report(table, Stopwatch.GetElapsedTime(start));
        Console.WriteLine($"agent: {ProcessFigures.Of(site.Host.Agent.Id)}");
        return holds ? 0 : 1;
    }

    /// <summary>What the host holds when it has served a little: the first sessions bring what stays, the pools and the code.</summary>
    private static async Task<Aftermath> FirstLookAsync(Site site)
    {
        var none = new ProcessFigures(0, 0, 0);
        for (int i = 0; i < 3; i++)
            await new Aftermath(site, none, none).ServeAsync(CancellationToken.None);
        int broker = await site.BrokerAsync();
        await Wait.UntilAsync(() => HostProcesses.WorkersOf(broker).Count == 0, "the workers are gone");
        var (agentBase, brokerBase) = (ProcessFigures.Of(site.Host.Agent.Id), ProcessFigures.Of(broker));
        Console.WriteLine($"base: agent {agentBase}; broker {brokerBase}");
        return new Aftermath(site, agentBase, brokerBase);
    }

    private static async Task<bool> PlayAsync(Site site, Aftermath aftermath, Fault fault, Tally tally, int seed, int number)
    {
        long start = Stopwatch.GetTimestamp();
        using var limit = new CancellationTokenSource(RoundLimit);
        var round = new Round(site, number, new Random(HashCode(seed, number)), limit.Token);
        var broken = new List<string>();
        try
        {
            await fault.PlayAsync(round);
        }
        catch (CannotPlayException e)
        {
            tally.NotPlayed = e.Message;
            Tell(number, fault, $"not played: {e.Message}", start);
            return true;
        }
        catch (Exception e)
        {
            broken.Add($"while it lasted: {e.GetType().Name}: {e.Message}");
        }
        if (site.Host.Agent.HasExited)
            broken.Add($"the agent is gone (exit code {site.Host.Agent.ExitCode})");
        else
            broken.AddRange(await aftermath.LookAsync(round));
        tally.Times++;
        tally.Held += broken.Count == 0 ? 1 : 0;
        Tell(number, fault, broken.Count == 0 ? "held" : "DID NOT HOLD", start);
        if (broken.Count == 0)
            return true;
        Console.WriteLine($"seed {seed}, round {number}, {fault.Name}: what did not hold:");
        broken.ForEach(b => Console.WriteLine($"  {b}"));
        Console.WriteLine($"  the host's files: {site.Keep()}");
        return false;
    }

    /// <summary>Of a round's own random numbers: the same for each process, unlike <see cref="System.HashCode"/>.</summary>
    private static int HashCode(int seed, int number) => unchecked((seed * 1_000_003) + number);

    private static void Tell(int number, Fault fault, string verdict, long start)
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {number,4}  {fault.Name,-24} {verdict}, {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s"));

    private static void Report(Dictionary<string, Tally> table, TimeSpan time)
    {
        Console.WriteLine();
        Console.WriteLine("| fault | times | held |");
        Console.WriteLine("|---|---|---|");
        foreach ((string name, Tally tally) in table)
            Console.WriteLine($"| {name} | {tally.Times} | {(tally.NotPlayed is { } why ? $"not played: {why}" : tally.Held)} |");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{table.Values.Sum(t => t.Times)} rounds in {time.TotalSeconds:0} s, {table.Values.Sum(t => t.Held)} held"));
    }

    private sealed class Tally
    {
        public int Times { get; set; }

        public int Held { get; set; }

        public string? NotPlayed { get; set; }
    }
}
