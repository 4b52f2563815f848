using System.Collections.Concurrent;

namespace DebugRelay.Cli.ViewModels;

/// <summary>What background tasks have to tell. Models change on the screen's thread only, which empties the box: so no model needs a lock, and nothing blocks the screen.</summary>
internal sealed class Mailbox
{
    private readonly ConcurrentQueue<Action> _letters = new();

    /// <summary>From any thread.</summary>
    public void Post(Action change) => _letters.Enqueue(change);

    /// <summary>On the screen's thread.</summary>
    /// <returns>Whether anything was there.</returns>
    public bool Drain()
    {
        bool any = false;
        while (_letters.TryDequeue(out Action? change))
        {
            change();
            any = true;
        }
        return any;
    }
}
