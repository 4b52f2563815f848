using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;
using Xunit;

namespace DebugRelay.FunctionalTests.Sample;

/// <summary>The sample really leaks what it lists, so that "not found" in a scrubbed trace means something.</summary>
public sealed class LeakTests(LeakTrace trace) : IClassFixture<LeakTrace>
{
    public static TheoryData<string> Surfaces => [.. LeakTrace.EventsOfSurface.Keys];

    [Theory]
    [MemberData(nameof(Surfaces))]
    public void Every_secret_of_the_surface_is_in_its_events(string surface)
    {
        PlantedSecret[] planted = [.. trace.Sample.Secrets.Where(secret => secret.Surface == surface)];

        Assert.NotEmpty(planted);
        Assert.All(planted, secret => Assert.Superset(Set(LeakTrace.EventsOfSurface[surface]), Set(trace.Sightings.EventsWith(secret.Value))));
    }

    [Fact]
    public void No_surface_is_planted_that_these_tests_do_not_know() =>
        Assert.Equal(
            [.. LeakTrace.EventsOfSurface.Keys.Append("environment").Order()],
            trace.Sample.Secrets.Select(secret => secret.Surface).Distinct().Order());

    [Fact]
    public void The_environment_gives_its_secret_to_whoever_asks_the_runtime()
    {
        PlantedSecret password = Assert.Single(trace.Sample.Secrets, secret => secret.Surface == "environment");

        Assert.Contains(password.Value, new DiagnosticsClient(trace.Sample.Id).GetProcessEnvironment().Values);
    }

    [Fact]
    public void Every_harmless_text_is_in_the_trace() =>
        Assert.All(trace.Sample.Harmless, text => Assert.NotEmpty(trace.Sightings.EventsWith(text)));

    [Fact]
    public void Figures_come_from_the_event_counters_and_from_the_meter() =>
        Assert.All(LeakTrace.Figures, figure => Assert.Contains(figure.Event, trace.Sightings.EventsWith(figure.Figure)));

    private static HashSet<string> Set(IEnumerable<string> events) => [.. events];
}
