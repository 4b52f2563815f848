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
    public static Task UntilAsync(Func<bool> holds, string what, TimeSpan? limit = null, CancellationToken cancellation = default)
        => UntilAsync(holds, () => what, limit, cancellation);

    /// <inheritdoc cref="UntilAsync(Func{bool}, string, TimeSpan?, CancellationToken)"/>
    public static Task UntilAsync(Func<bool> holds, Func<string> what, TimeSpan? limit = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(holds);
        ArgumentNullException.ThrowIfNull(what);
        return ForAsync(() => Task.FromResult(holds() ? "" : null), () => $"until {what()}", limit, cancellation);
    }

    /// <summary>Waits until there is something to be had.</summary>
    /// <param name="look">Gives it, or null as long as it is not there.</param>
    /// <param name="what">What is waited for, said when it did not come.</param>
    /// <param name="limit">How long; a minute when null.</param>
    /// <param name="cancellation">The test's own.</param>
    /// <returns>What the last look gave.</returns>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public static async Task<T> ForAsync<T>(Func<Task<T?>> look, Func<string> what, TimeSpan? limit = null, CancellationToken cancellation = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(look);
        ArgumentNullException.ThrowIfNull(what);
        for (long start = Stopwatch.GetTimestamp(); ; await Task.Delay(Look, cancellation))
        {
            if (await look() is { } found)
                return found;
            if (Stopwatch.GetElapsedTime(start) > (limit ?? TimeSpan.FromMinutes(1)))
                throw new TimeoutException($"waited in vain {what()}");
        }
    }
}
