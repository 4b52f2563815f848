using System.Runtime.InteropServices;

namespace DebugRelay.Worker;

/// <summary>The process's claim to processors.</summary>
internal static class Priority
{
    private const int ThisProcess = 0;
    private const int Nice = 5;

    /// <summary>Leaves processors to others where there are not enough; makes no difference where there are.</summary>
    /// <returns>0, or -1 where the system would not.</returns>
    public static int Lower() => SetPriority(ThisProcess, 0, Nice);

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, uint who, int priority);
}
