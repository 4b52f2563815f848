using System.Diagnostics;

namespace DebugRelay.TestSupport;

/// <summary>Waits for what another process does and tells nobody: the condition is looked at again and again, never slept through.</summary>
public static class Wait
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="holds">The condition.</param>
    /// <param name="what">What is waited for, for the failure's message.</param>
    /// <param name="limit">How long; a minute when null.</param>
    /// <param name="cancellation">The test's own.</param>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public static async Task UntilAsync(Func<bool> holds, string what, TimeSpan? limit = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(holds);
        for (long start = Stopwatch.GetTimestamp(); !holds(); await Task.Delay(Look, cancellation))
        {
            if (Stopwatch.GetElapsedTime(start) > (limit ?? TimeSpan.FromMinutes(1)))
                throw new TimeoutException($"waited in vain until {what}");
        }
    }
}
