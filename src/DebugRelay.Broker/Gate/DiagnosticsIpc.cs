using System.Buffers.Binary;
using System.Runtime.Versioning;
using DebugRelay.Broker.Targets;
using DebugRelay.Protocol;

namespace DebugRelay.Broker.Gate;

/// <summary>The runtime's Diagnostics IPC: the few messages that are ever sent to a target, each built here, and their fixed-size replies.</summary>
/// <remarks>Format: dotnet/diagnostics, documentation/design-docs/ipc-protocol.md. All numbers are little-endian.</remarks>
internal static class DiagnosticsIpc
{
    /// <summary>Bytes of payload: the header states the whole message's size in 16 bits.</summary>
    public const int MaximumPayload = ushort.MaxValue - HeaderSize;

    private const int HeaderSize = 20;
    private const uint UnknownCommand = 0x80131385;

    private enum Command : ushort
    {
        // High byte: command set; low byte: command. As sent, the set comes first.
        WriteDump = 0x0101,
        WriteDump2 = 0x0102,
        WriteDump3 = 0x0103,
        StopTracing = 0x0201,
        CollectTracing2 = 0x0203,
        CollectTracing3 = 0x0204,
        GetProcessEnvironment = 0x0402,
        ResumeRuntime = 0x0401,
        ProcessInfo3 = 0x0408,
        Ok = 0xFF00,
        Error = 0xFFFF,
    }

    private static ReadOnlySpan<byte> Magic => "DOTNET_IPC_V1\0"u8;

    /// <summary>Sends ProcessInfo3; its reply, which has the target's own strings, is left to the worker.</summary>
    public static void RequestProcessInfo(Stream target) => Send(target, Command.ProcessInfo3, []);

    /// <summary>Asks for the target's environment; its reply is left to the worker likewise.</summary>
    public static void RequestEnvironment(Stream target) => Send(target, Command.GetProcessEnvironment, []);

    /// <summary>Tells a runtime that waits at its start to go on. One that does not wait says that it does.</summary>
    public static void Resume(Stream target, int pid)
    {
        Send(target, Command.ResumeRuntime, []);
        Span<byte> reply = stackalloc byte[HeaderSize];
        ReceiveExactly(target, reply, pid);
    }

    /// <summary>Starts an EventPipe session and reads the reply; the stream follows on the same connection.</summary>
    /// <returns>The connection to read the stream from, and the session's id in the target.</returns>
    /// <exception cref="TargetException">The target said no, or nothing in time.</exception>
    public static (Stream Stream, ulong SessionId) StartEventPipe(DiagnosticEndpoint endpoint, EventPipeRequest request)
    {
        // CollectTracing3 (.NET 8) can leave stacks out; an older runtime does not know it and says so.
        (Stream stream, ulong? id) = TryStart(endpoint, Command.CollectTracing3, request.Encode(withStackSwitch: true));
        if (id is null)
            (stream, id) = TryStart(endpoint, Command.CollectTracing2, request.Encode(withStackSwitch: false));
        return id is { } session
            ? (stream, session)
            : throw new TargetException(ErrorCode.TargetFailed, $"the runtime of process {endpoint.Process.Pid} is too old to trace");
    }

    /// <summary>Stops an EventPipe session. The target answers when the stream has been read to its end, so this may take a while.</summary>
    public static async Task StopEventPipeAsync(DiagnosticEndpoint endpoint, ulong sessionId, CancellationToken cancellation)
    {
        using Stream connection = endpoint.Connect();
        byte[] payload = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, sessionId);
        await connection.WriteAsync(Build(Command.StopTracing, payload), cancellation);
        byte[] reply = new byte[HeaderSize];
        for (int have = 0; have < reply.Length;)
        {
            int got = await connection.ReadAsync(reply.AsMemory(have), cancellation);
            if (got == 0)
                return;
            have += got;
        }
    }

    /// <summary>Has the target write a dump of itself, and waits until it is written.</summary>
    /// <param name="endpoint">The target.</param>
    /// <param name="path">Where, as the target sees files; never empty (a target dies of that), never a peer's choice.</param>
    /// <param name="type">As the runtime counts them: 1 mini, 2 heap, 3 triage, 4 full.</param>
    /// <param name="limit">How long it may take.</param>
    /// <exception cref="TargetException">The target said no, is gone, or said nothing in time.</exception>
    [SupportedOSPlatform("linux")]
    public static void WriteDump(DiagnosticEndpoint endpoint, string path, uint type, TimeSpan limit)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] payload = new byte[4 + ((path.Length + 1) * 2) + 8];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, (uint)path.Length + 1);
        System.Text.Encoding.Unicode.GetBytes(path, payload.AsSpan(4));
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(payload.Length - 8), type);
        // No flags: logs would go to the target's own output. Older runtimes do not know the newer commands, and say so.
        bool isDone = TryWriteDump(endpoint, Command.WriteDump3, payload, limit) || TryWriteDump(endpoint, Command.WriteDump2, payload, limit) || TryWriteDump(endpoint, Command.WriteDump, payload, limit);
        if (!isDone)
            throw new TargetException(ErrorCode.TargetFailed, $"the runtime of process {endpoint.Process.Pid} cannot write dumps");
    }

    /// <returns>False when the command is unknown to the target.</returns>
    [SupportedOSPlatform("linux")]
    private static bool TryWriteDump(DiagnosticEndpoint endpoint, Command command, byte[] payload, TimeSpan limit)
    {
        int pid = endpoint.Process.Pid;
        using Stream connection = endpoint.Connect();
        try
        {
            Send(connection, command, payload);
            connection.ReadTimeout = (int)limit.TotalMilliseconds;
            Span<byte> reply = stackalloc byte[HeaderSize + 4];
            ReceiveExactly(connection, reply, pid);
            var answer = (Command)BinaryPrimitives.ReadUInt16BigEndian(reply[16..]);
            uint result = BinaryPrimitives.ReadUInt32LittleEndian(reply[HeaderSize..]);
            if (!reply.StartsWith(Magic) || answer is not (Command.Ok or Command.Error))
                throw new TargetException(ErrorCode.TargetFailed, $"process {pid} answered something that is no diagnostics reply");
            if (answer == Command.Error && result == UnknownCommand)
                return false;
            // What follows an error is the target's own text, which is not read here.
            return answer == Command.Ok && result == 0
                ? true
                : throw new TargetException(ErrorCode.TargetFailed, $"process {pid} could not write the dump (HRESULT 0x{result:X8}): createdump may be missing beside its runtime, or may not trace it");
        }
        catch (TargetException e) when (e.Code == ErrorCode.TargetGone)
        {
            throw new TargetException(e.Code, $"process {pid} ended while its dump was written");
        }
        catch (IOException e)
        {
            bool gone = ProcessFacts.StartTime(pid) != endpoint.Process.StartTime;
            throw new TargetException(gone ? ErrorCode.TargetGone : ErrorCode.TargetFailed, gone ? $"process {pid} ended while its dump was written" : $"process {pid} did not write its dump in time ({e.Word()})");
        }
    }

    private static (Stream Stream, ulong? Id) TryStart(DiagnosticEndpoint endpoint, Command command, byte[] payload)
    {
        Stream connection = endpoint.Connect();
        try
        {
            Send(connection, command, payload);
            ulong? id = ReadSessionId(connection, endpoint.Process.Pid);
            if (id is null)
                connection.Dispose();
            return (connection, id);
        }
        catch (IOException e)
        {
            connection.Dispose();
            throw new TargetException(ErrorCode.TargetFailed, $"process {endpoint.Process.Pid} did not answer on its diagnostic socket ({e.Word()})");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The reply has a fixed size, and the id in it is what a stop must name: these 28 bytes are all that is read from a target here.</summary>
    /// <returns>Null when the command is unknown to the target.</returns>
    private static ulong? ReadSessionId(Stream connection, int pid)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        ReceiveExactly(connection, header, pid);
        ushort size = BinaryPrimitives.ReadUInt16LittleEndian(header[14..]);
        var reply = (Command)BinaryPrimitives.ReadUInt16BigEndian(header[16..]);
        bool isOk = reply == Command.Ok && size == HeaderSize + 8;
        bool isError = reply == Command.Error && size >= HeaderSize + 4;
        if (!header.StartsWith(Magic) || !(isOk || isError))
            throw new TargetException(ErrorCode.TargetFailed, $"process {pid} answered something that is no diagnostics reply");
        Span<byte> body = stackalloc byte[isOk ? 8 : 4];
        ReceiveExactly(connection, body, pid);
        if (isOk)
            return BinaryPrimitives.ReadUInt64LittleEndian(body);
        uint result = BinaryPrimitives.ReadUInt32LittleEndian(body);
        return result == UnknownCommand
            ? null
            : throw new TargetException(ErrorCode.TargetFailed, $"process {pid} refused the trace (HRESULT 0x{result:X8})");
    }

    private static void ReceiveExactly(Stream connection, Span<byte> buffer, int pid)
    {
        while (!buffer.IsEmpty)
        {
            int got = connection.Read(buffer);
            if (got == 0)
                throw new TargetException(ErrorCode.TargetGone, $"process {pid} closed its diagnostic socket before it answered");
            buffer = buffer[got..];
        }
    }

    /// <summary>At once and whole: the runtime has one thread for all its connections and would wait for the rest of a half sent message.</summary>
    private static void Send(Stream connection, Command command, ReadOnlySpan<byte> payload) => connection.Write(Build(command, payload));

    private static byte[] Build(Command command, ReadOnlySpan<byte> payload)
    {
        int size = checked((ushort)(HeaderSize + payload.Length));
        byte[] message = new byte[size];
        Magic.CopyTo(message);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), (ushort)size);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(16), (ushort)command);
        payload.CopyTo(message.AsSpan(HeaderSize));
        return message;
    }
}
