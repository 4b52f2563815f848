using System.Runtime.CompilerServices;

namespace DebugRelay.FunctionalTests;

/// <summary>What the programs that these tests start are told of their runtime.</summary>
internal static class ChildRuntime
{
    /// <summary>
    /// Hundreds of programs live for a second or two here. To count their calls, and to compile again what is called often, is a third of their
    /// processor time, and none lives long enough to have it back.
    /// </summary>
    [ModuleInitializer]
    internal static void WithoutSecondCompilation() => Environment.SetEnvironmentVariable("DOTNET_TC_CallCounting", "0");
}
