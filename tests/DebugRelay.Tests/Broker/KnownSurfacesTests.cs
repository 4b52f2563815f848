using DebugRelay.Broker.Surfaces;
using DebugRelay.Recording;
using DebugRelay.Surfaces.Inventory;
using DebugRelay.TestSupport;
using Xunit;
using Limits = DebugRelay.Protocol.Limits;

namespace DebugRelay.Tests.Broker;

/// <summary>A door is news once, over restarts of the program and of the broker.</summary>
public sealed class KnownSurfacesTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    private KnownSurfaces New() => new(new StateFolder(_folder.File("surfaces")));

    [Fact]
    public void A_door_is_told_once_and_not_again_when_its_program_or_the_broker_starts_anew()
    {
        KnownSurfaces known = New();
        Assert.Equal(["DBG110 shop"], Told(known, Report(0, ("shop", 7, 0, "DBG110", "high"))));
        Assert.Empty(Told(known, Report(1, ("shop", 8, 0, "DBG110", "high"))));
        Assert.Empty(Told(New(), Report(2, ("shop", 9, 0, "DBG110", "high"))));
        Assert.Equal(["DBG111 shop", "DBG110 shop"], Told(New(), Report(3, ("shop", 9, 0, "DBG110", "high"), ("shop", 9, 0, "DBG111", "high"), ("shop", 10, 1000, "DBG110", "high"))));
    }

    [Fact]
    public void One_that_was_gone_for_a_day_is_news_and_notes_never_are()
    {
        KnownSurfaces known = New();
        Assert.Equal(["DBG110 shop"], Told(known, Report(0, ("shop", 7, 0, "DBG110", "high"), ("shop", 7, 0, "DBG101", "note"))));
        Assert.Empty(Told(known, Report(23, ("shop", 7, 0, "DBG110", "high"))));
        Assert.Empty(Told(known, Report(46)));
        Assert.Empty(Told(known, Report(48)));
        Assert.Equal(["DBG110 shop"], Told(known, Report(49, ("shop", 7, 0, "DBG110", "high"))));
    }

    [Fact]
    public void Without_a_memory_that_can_be_read_it_is_told_twice_rather_than_not()
    {
        Told(New(), Report(0, ("shop", 7, 0, "DBG110", "high")));
        File.WriteAllText(Path.Combine(_folder.File("surfaces"), "surfaces.json"), "{ torn");
        Assert.Equal(["DBG110 shop"], Told(New(), Report(1, ("shop", 7, 0, "DBG110", "high"))));
    }

    [Fact]
    public void Programs_under_ever_new_names_do_not_fill_the_ledger()
    {
        KnownSurfaces known = New();
        (string, int, uint, string, string)[] many = [.. Enumerable.Range(1, Limits.SurfacesKnown + 7).Select(i => ($"p{i}", i, 0u, "DBG110", "high"))];
        Assert.Equal(Limits.SurfacesKnown, known.Learn(Report(0, many)).Count);
        Assert.Equal(7, known.Untold);
        Assert.Empty(known.Learn(Report(1, many)));
        Assert.Equal(7, known.Untold);
    }

    public void Dispose() => _folder.Dispose();

    private static string[] Told(KnownSurfaces known, InventoryReport report) => [.. known.Learn(report).Select(s => $"{s.Finding.Rule} {s.Process?.Name}")];

    private static InventoryReport Report(int hours, params (string Name, int Pid, uint Uid, string Rule, string Severity)[] found)
        => new(1, "host", Start.AddHours(hours), [.. found.Select(f => new InventoryProcess(f.Pid, f.Name, f.Uid, false, false, [], [new InventoryFinding(f.Rule, f.Severity, "open", "shut it")]))], []);
}
