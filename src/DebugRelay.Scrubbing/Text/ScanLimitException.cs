namespace DebugRelay.Scrubbing.Text;

/// <summary>A field asked for more work than one field may have. It is masked as a whole.</summary>
internal sealed class ScanLimitException(string message) : Exception(message);
