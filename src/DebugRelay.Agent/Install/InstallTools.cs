using System.ComponentModel;
using System.Diagnostics;

namespace DebugRelay.Agent.Install;

/// <summary>Programs of the system that an installation calls.</summary>
internal static class InstallTools
{
    /// <exception cref="InstallException">It cannot be started.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InstallException($"{start.FileName} could not be started: {e.Message}");
        }
    }
}
