namespace DebugRelay.Audit;

/// <summary>An audit that cannot be done as it was asked for.</summary>
public sealed class AuditException(string message) : Exception(message);
