using DebugRelay.Cli.Failures;
using DebugRelay.Fleet;

namespace DebugRelay.Cli.Commands.Fleets;

/// <summary>Failures of the bus as the client tells them.</summary>
internal static class FleetFailures
{
    private const string Advice = "a bus says nothing to who may not ask: see docs/fleet.md for the role that this needs there";

    /// <exception cref="ConnectionException">It failed.</exception>
    public static async Task AsOurs(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (FleetException error)
        {
            throw new ConnectionException(error.Message, Advice, error);
        }
    }

    /// <inheritdoc cref="AsOurs(Func{Task})"/>
    public static async Task<T> AsOurs<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (FleetException error)
        {
            throw new ConnectionException(error.Message, Advice, error);
        }
    }
}
