namespace DebugRelay.Fleet;

/// <summary>Something of the fleet failed; the message is one clause of what.</summary>
public sealed class FleetException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What failed.</param>
    /// <param name="cause">Why.</param>
    public FleetException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
