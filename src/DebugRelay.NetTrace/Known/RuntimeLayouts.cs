namespace DebugRelay.NetTrace;
internal static class RuntimeLayouts { public const string Runtime = ""; }
