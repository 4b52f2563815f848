using System.ComponentModel;
using System.Diagnostics;

namespace DebugRelay.TestSupport;

/// <summary>A mounted file system; it is gone when this is disposed.</summary>
public sealed class Mount(string path) : IDisposable
{
    public const string NotAllowed = "a file system of its own can be mounted by root alone (and not in every container)";

    /// <summary>Runs mount(8).</summary>
    /// <returns>Whether it did it.</returns>
    public static bool Try(params string[] arguments) => Run("mount", arguments);

    public void Dispose()
    {
        if (!Run("umount", "-l", path))
            throw new IOException($"{path} could not be unmounted");
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
