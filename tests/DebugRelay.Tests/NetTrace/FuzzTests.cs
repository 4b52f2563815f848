using DebugRelay.Fuzz;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

public class FuzzTests
{
    /// <summary>The short form of what tests/DebugRelay.Fuzz does at length.</summary>
    [Fact]
    public void No_damage_gets_a_secret_out_or_breaks_the_output()
    {
        var result = FuzzLoop.Run(executions: 40_000, seed: 11, TimeSpan.FromSeconds(60));
        Assert.Null(result.Finding);
        Assert.True(result is { Complete: > 1_000, Partial: > 1_000, Refused: > 1_000 }, result.ToString());
    }
}
