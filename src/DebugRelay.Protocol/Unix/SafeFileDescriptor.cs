using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Protocol.Unix;

/// <summary>A descriptor that came over a socket; closed when disposed.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class SafeFileDescriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes ownership of a descriptor.</summary>
    public SafeFileDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Gives the descriptor's number to a new owner.</summary>
    public nint Detach()
    {
        nint number = handle;
        SetHandleAsInvalid();
        return number;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Close((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
