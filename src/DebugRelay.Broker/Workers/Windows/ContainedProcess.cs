using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Broker.Workers.Windows;

/// <summary>CreateProcess with what .NET's own start has no words for: an AppContainer, a job, and no handles but those that are named.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class ContainedProcess
{
    private const nuint HandleList = 0x00020002, SecurityCapabilities = 0x00020009, JobList = 0x0002000D;
    private const uint UnicodeEnvironment = 0x400, ExtendedStartup = 0x80000, NoWindow = 0x08000000;
    private const int AlreadyThere = unchecked((int)0x800700B7);

    /// <summary>Starts a program. It is confined before its first instruction.</summary>
    /// <param name="path">The program.</param>
    /// <param name="commandLine">With its own name first.</param>
    /// <param name="variables">Its whole environment.</param>
    /// <param name="container">The name of its AppContainer, which has no capability.</param>
    /// <param name="job">Its job.</param>
    /// <param name="inherited">Handles that it gets, inheritable ones.</param>
    /// <exception cref="IOException">It cannot be started so.</exception>
    public static SafeProcessHandle Start(string path, string commandLine, IReadOnlyDictionary<string, string> variables, string container, SafeHandle job, SafeHandle[] inherited)
    {
        nint identity = ContainerOf(container);
        nuint size = 0;
        _ = InitializeAttributes(0, 3, 0, ref size);
        nint attributes = Marshal.AllocHGlobal((nint)size);
        try
        {
            Check(InitializeAttributes(attributes, 3, 0, ref size));
            try
            {
                return Start(path, commandLine, Block(variables), attributes, new Capabilities { Container = identity }, job.DangerousGetHandle(), Array.ConvertAll(inherited, h => h.DangerousGetHandle()));
            }
            finally
            {
                DeleteAttributes(attributes);
            }
        }
        finally
        {
            Marshal.FreeHGlobal(attributes);
            FreeSid(identity);
            GC.KeepAlive(job);
            GC.KeepAlive(inherited);
        }
    }

    /// <summary>A process's pid.</summary>
    /// <exception cref="IOException">It is none.</exception>
    public static int IdOf(SafeProcessHandle process)
    {
        uint pid = GetProcessId(process);
        Check(pid != 0);
        return (int)pid;
    }

    /// <summary>Attributes are not copied: they must live as long as the call.</summary>
    private static SafeProcessHandle Start(string path, string commandLine, string environment, nint attributes, Capabilities capabilities, nint job, nint[] inherited)
    {
        var startup = new Startup { Size = (uint)sizeof(Startup), Attributes = attributes };
        fixed (nint* handles = inherited)
        fixed (char* application = path, line = commandLine + "\0", block = environment)
        {
            Check(UpdateAttribute(attributes, 0, SecurityCapabilities, &capabilities, (nuint)sizeof(Capabilities), 0, 0));
            Check(UpdateAttribute(attributes, 0, JobList, &job, (nuint)sizeof(nint), 0, 0));
            Check(UpdateAttribute(attributes, 0, HandleList, handles, (nuint)(sizeof(nint) * inherited.Length), 0, 0));
            ProcessAndThread started;
            Check(CreateProcess(application, line, 0, 0, true, UnicodeEnvironment | ExtendedStartup | NoWindow, block, 0, &startup, &started));
            CloseHandle(started.Thread);
            return new SafeProcessHandle(started.Process, ownsHandle: true);
        }
    }

    /// <summary>NAME=VALUE, each ended by NUL, in order, and one NUL more.</summary>
    private static string Block(IReadOnlyDictionary<string, string> variables)
    {
        var block = new StringBuilder();
        foreach ((string name, string value) in variables.OrderBy(v => v.Key, StringComparer.OrdinalIgnoreCase))
            block.Append(name).Append('=').Append(value).Append('\0');
        return block.Append('\0').ToString();
    }

    private static nint ContainerOf(string name)
    {
        int result = CreateAppContainerProfile(name, name, name, 0, 0, out nint identity);
        if (result == AlreadyThere)
            result = DeriveAppContainerSidFromAppContainerName(name, out identity);
        return result >= 0 ? identity : throw new IOException($"there is no AppContainer for it (HRESULT 0x{result:X8})");
    }

    private static void Check(bool succeeded)
    {
        if (!succeeded)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    [LibraryImport("userenv", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int CreateAppContainerProfile(string name, string displayName, string description, nint capabilities, uint count, out nint identity);

    [LibraryImport("userenv", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int DeriveAppContainerSidFromAppContainerName(string name, out nint identity);

    [LibraryImport("advapi32")]
    private static partial nint FreeSid(nint identity);

    [LibraryImport("kernel32", EntryPoint = "InitializeProcThreadAttributeList", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool InitializeAttributes(nint list, int count, uint flags, ref nuint size);

    [LibraryImport("kernel32", EntryPoint = "UpdateProcThreadAttribute", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool UpdateAttribute(nint list, uint flags, nuint attribute, void* value, nuint size, nint previous, nint returned);

    [LibraryImport("kernel32", EntryPoint = "DeleteProcThreadAttributeList")]
    private static partial void DeleteAttributes(nint list);

    [LibraryImport("kernel32", EntryPoint = "CreateProcessW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateProcess(
        char* application, char* commandLine, nint process, nint thread, [MarshalAs(UnmanagedType.Bool)] bool inherit, uint flags, char* environment, nint folder, Startup* startup, ProcessAndThread* started);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial uint GetProcessId(SafeProcessHandle process);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CloseHandle(nint handle);

    /// <summary>SECURITY_CAPABILITIES.</summary>
    private struct Capabilities
    {
        public nint Container;
        public nint List;
        public uint Count;
        public uint Reserved;
    }

    /// <summary>STARTUPINFOEXW.</summary>
    private struct Startup
    {
        public uint Size;
        public nint Reserved, Desktop, Title;
        public uint X, Y, Width, Height, Columns, Rows, Fill, Flags;
        public ushort Show, MoreSize;
        public nint More, Input, Output, Error;
        public nint Attributes;
    }

    private struct ProcessAndThread
    {
        public nint Process;
        public nint Thread;
        public uint Pid;
        public uint ThreadId;
    }
}
