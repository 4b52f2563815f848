using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace DebugRelay.Protocol.Unix;

/// <summary>sendmsg(2) and recvmsg(2) with SCM_RIGHTS, for 64-bit Linux.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class DescriptorPassing
{
    private const int SolSocket = 1;
    private const int ScmRights = 1;
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int CloseOnExec = 0x40000000;
    private const int ControlTruncated = 0x08;
    private const int TryAgain = 11;
    private const int Interrupted = 4;

    /// <summary>Room for the header and eight descriptors: more than are accepted, so that none is lost unseen.</summary>
    private const int ControlSize = 16 + (8 * sizeof(int));

    /// <summary>Sends bytes, the descriptors with the first of them.</summary>
    /// <returns>Bytes sent: a small frame goes whole, the rest of a large one is for the caller.</returns>
    public static int Send(SafeHandle socket, ReadOnlySpan<byte> data, ReadOnlySpan<int> descriptors)
    {
        byte* control = stackalloc byte[ControlSize];
        var header = (ControlHeader*)control;
        *header = new ControlHeader { Length = (nuint)(16 + (descriptors.Length * sizeof(int))), Level = SolSocket, Type = ScmRights };
        descriptors.CopyTo(new Span<int>(control + 16, descriptors.Length));
        fixed (byte* bytes = data)
        {
            var vector = new Vector { Base = bytes, Length = (nuint)data.Length };
            var message = new Message { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = Aligned(header->Length) };
            while (true)
            {
                nint sent = SendMessage(socket, &message, NoSignal);
                if (sent >= 0)
                    return (int)sent;
                int error = Marshal.GetLastPInvokeError();
                if (error == TryAgain)
                    Poll(socket, forWriting: true);
                else if (error != Interrupted)
                    throw new IOException($"descriptors could not be sent: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }
    }

    /// <summary>Receives what is there, and the descriptors with it.</summary>
    /// <returns>Bytes received; 0 at the end of the stream; −1 when there is nothing yet.</returns>
    public static int Receive(SafeHandle socket, Span<byte> buffer, List<SafeFileDescriptor> descriptors)
    {
        byte* control = stackalloc byte[ControlSize];
        fixed (byte* bytes = buffer)
        {
            var vector = new Vector { Base = bytes, Length = (nuint)buffer.Length };
            var message = new Message { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlSize };
            nint got = ReceiveMessage(socket, &message, DontWait | CloseOnExec);
            if (got < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                return error is TryAgain or Interrupted ? -1 : throw new IOException($"nothing could be received: {Marshal.GetPInvokeErrorMessage(error)}");
            }
            Collect(control, message, descriptors);
            return (int)got;
        }
    }

    private static void Collect(byte* control, in Message message, List<SafeFileDescriptor> descriptors)
    {
        if (message.ControlLength >= 16)
        {
            var header = (ControlHeader*)control;
            if (header->Level == SolSocket && header->Type == ScmRights)
            {
                foreach (int descriptor in new ReadOnlySpan<int>(control + 16, (int)(header->Length - 16) / sizeof(int)))
                    descriptors.Add(new SafeFileDescriptor(descriptor));
            }
        }
        if ((message.Flags & ControlTruncated) != 0)
            throw new ProtocolException(ErrorCode.BadMessage, "a frame came with too many descriptors");
    }

    private static void Poll(SafeHandle socket, bool forWriting)
    {
        var poll = new PollDescriptor { Descriptor = (int)socket.DangerousGetHandle(), Events = (short)(forWriting ? 4 : 1) };
        _ = PollDescriptors(&poll, 1, 1000);
    }

    private static nuint Aligned(nuint length) => (length + 7) & ~(nuint)7;

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(SafeHandle socket, Message* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(SafeHandle socket, Message* message, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollDescriptors(PollDescriptor* descriptors, nuint count, int milliseconds);

    private struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    private struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }

    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Result;
    }
}
