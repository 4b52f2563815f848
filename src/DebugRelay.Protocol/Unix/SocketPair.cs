using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace DebugRelay.Protocol.Unix;

/// <summary>Two connected Unix sockets (socketpair(2)): one for us, one for a process that we start. Nobody else can get between them.</summary>
[SupportedOSPlatform("linux")]
public static partial class SocketPair
{
    private const int Unix = 1;
    private const int Stream = 1;
    private const int CloseOnExec = 0x80000;
    private const int SetDescriptorFlags = 2;
    private const int KeepOnExec = 0;
    private const int CloseOnNextExec = 1;

    /// <summary>Makes a pair. Neither is inherited.</summary>
    /// <exception cref="IOException">There are no descriptors left.</exception>
    public static (Socket Ours, SafeFileDescriptor Theirs) Create()
    {
        int[] pair = new int[2];
        if (MakePair(Unix, Stream | CloseOnExec, 0, pair) != 0)
            throw new IOException($"no pair of sockets could be made: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        return (new Socket(new SafeSocketHandle(pair[0], ownsHandle: true)), new SafeFileDescriptor(pair[1]));
    }

    /// <summary>Lets every process that is started from now on have a descriptor: close it when the one that is meant has been.</summary>
    public static void Inherit(SafeFileDescriptor descriptor) => _ = Control(descriptor, SetDescriptorFlags, KeepOnExec);

    /// <summary>The end that a process was started with.</summary>
    /// <param name="descriptor">Its number, as the starter gave it.</param>
    public static Socket Inherited(int descriptor)
    {
        KeepToOurselves(descriptor);
        return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
    }

    /// <summary>Processes that are started from now on do not have this descriptor.</summary>
    internal static void KeepToOurselves(int descriptor) => _ = Control(descriptor, SetDescriptorFlags, CloseOnNextExec);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int MakePair(int domain, int type, int protocol, [Out] int[] pair);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeHandle descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);
}
