using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Principal;
using DebugRelay.Protocol.Messages;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Broker.Targets.Windows;

/// <summary>A process as Windows tells of it. While this is open nobody else gets its pid. The process itself is never asked.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe partial class WindowsProcess : IDisposable
{
    private const uint QueryLimitedInformation = 0x1000;
    private const uint QueryToken = 0x8;
    private const int LongestPath = 32768;

    /// <summary>Characters of a name: as many as a policy's pattern has at most.</summary>
    private const int LongestName = 256;

    private readonly int _pid;
    private readonly SafeProcessHandle _handle;

    private WindowsProcess(int pid, SafeProcessHandle handle) => (_pid, _handle) = (pid, handle);

    /// <summary>When it was made, in 100 ns since 1601; null where it has ended.</summary>
    public ulong? StartTime
        => GetProcessTimes(_handle, out ulong made, out ulong ended, out _, out _) && ended == 0 ? made : null;

    /// <summary>Opens it.</summary>
    /// <returns>Null where there is none, or we may not.</returns>
    public static WindowsProcess? Open(int pid)
    {
        SafeProcessHandle handle = OpenProcess(QueryLimitedInformation, false, pid);
        if (!handle.IsInvalid)
            return new WindowsProcess(pid, handle);
        handle.Dispose();
        return null;
    }

    /// <summary>Its facts.</summary>
    /// <returns>Null where it has ended, or is none whose facts we may know.</returns>
    public TargetProcess? Describe()
    {
        if (StartTime is not { } start || Name() is not { } name || User() is not { } user)
            return null;
        DateTimeOffset started = DateTimeOffset.FromFileTime((long)start);
        return new TargetProcess(_pid, start, name, user, DateTimeOffset.FromUnixTimeSeconds(started.ToUnixTimeSeconds()), null);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>The program's file without `.exe`. What `dotnet.exe` runs is not told: that would be the process's own word.</summary>
    private string? Name()
    {
        char[] path = new char[LongestPath];
        uint length = (uint)path.Length;
        fixed (char* first = path)
        {
            if (!QueryFullProcessImageName(_handle, 0, first, ref length))
                return null;
        }
        string name = Path.GetFileNameWithoutExtension(new string(path, 0, (int)length));
        return string.Concat(name.Take(LongestName).Select(c => char.IsControl(c) ? '?' : c));
    }

    /// <summary>`DOMAIN\NAME`, or its number where it has no name here.</summary>
    private string? User()
    {
        if (!OpenProcessToken(_handle, QueryToken, out SafeAccessTokenHandle token))
            return null;
        using (token)
        using (var identity = new WindowsIdentity(token.DangerousGetHandle()))
        {
            try
            {
                return identity.Name;
            }
            catch (IdentityNotMappedException)
            {
                return identity.User?.Value;
            }
        }
    }

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial SafeProcessHandle OpenProcess(uint access, [MarshalAs(UnmanagedType.Bool)] bool inherit, int pid);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetProcessTimes(SafeProcessHandle process, out ulong made, out ulong ended, out ulong kernel, out ulong user);

    [LibraryImport("kernel32", EntryPoint = "QueryFullProcessImageNameW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool QueryFullProcessImageName(SafeProcessHandle process, uint flags, char* path, ref uint length);

    [LibraryImport("advapi32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool OpenProcessToken(SafeProcessHandle process, uint access, out SafeAccessTokenHandle token);
}
