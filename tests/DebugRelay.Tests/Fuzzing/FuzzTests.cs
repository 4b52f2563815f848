using DebugRelay.Fuzz;
using Xunit;

namespace DebugRelay.Tests.Fuzzing;

/// <summary>The short form of what tests/DebugRelay.Fuzz does at length. The seed is fixed: what fails here fails again.</summary>
public class FuzzTests
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("control", 30_000)]
    [InlineData("frames", 40_000)]
    [InlineData("nettrace", 40_000)]
    public void No_damage_breaks_what_is_promised(string target, int executions)
    {
        var result = FuzzLoop.Run(FuzzTargets.Find(target)!, executions, seed: 11, Time);
        Assert.True(result.Finding is null, $"{result}\n{Convert.ToHexString(result.Finding?.Input ?? [])}");
        // Inputs that are all refused at the first byte would show nothing.
        Assert.True(result.Accepted > result.Executions / 40 && result.Refused > result.Executions / 40, result.ToString());
    }

    [Fact]
    public void Every_target_has_its_short_form()
    {
        var tried = typeof(FuzzTests).GetMethod(nameof(No_damage_breaks_what_is_promised))!.GetCustomAttributes(typeof(InlineDataAttribute), false);
        Assert.Equal(FuzzTargets.Names.Order(), tried.Cast<InlineDataAttribute>().Select(each => (string)each.Data[0]!).Order());
    }
}
