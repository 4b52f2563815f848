namespace DebugRelay.NetTrace;
internal static class RundownLayouts { public const string Rundown = ""; public const string SampleProfiler = ""; }
