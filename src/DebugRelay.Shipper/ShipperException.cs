namespace DebugRelay.Shipper;

/// <summary>The shipper cannot work, or one attempt to send failed; the message says why.</summary>
internal sealed class ShipperException(string message, Exception? cause = null) : Exception(message, cause);
