using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Forwarding;

/// <summary>Writes what a host answered as a runtime would have written it.</summary>
internal static class Replies
{
    /// <summary>ProcessInfo, ProcessInfo2 or ProcessInfo3: each has more than the one before.</summary>
    public static byte[] Of(ProcessDetails details, IpcCommand command)
    {
        var payload = new PayloadWriter();
        if (command == IpcCommand.ProcessInfo3)
            payload.UInt32(1);
        payload.UInt64((ulong)details.Pid);
        payload.Guid(details.RuntimeId);
        payload.String(details.CommandLine);
        payload.String(details.OperatingSystem);
        payload.String(details.Architecture);
        if (command != IpcCommand.ProcessInfo)
        {
            payload.String(details.EntryAssembly);
            payload.String(details.RuntimeVersion);
        }
        if (command == IpcCommand.ProcessInfo3)
            payload.String(details.RuntimeIdentifier);
        return IpcMessage.Answer(payload.Written);
    }

    /// <summary>The variables follow the message, which says how many bytes they are.</summary>
    public static byte[] Of(EnvironmentVariable[] variables)
    {
        var block = new PayloadWriter();
        block.UInt32((uint)variables.Length);
        foreach (EnvironmentVariable variable in variables)
            block.String($"{variable.Name}={variable.Value}");
        var payload = new PayloadWriter();
        payload.UInt32((uint)block.Written.Length);
        payload.UInt16(0);
        return [.. IpcMessage.Answer(payload.Written), .. block.Written];
    }

    /// <summary>That it was done: HRESULT 0.</summary>
    public static byte[] Done()
    {
        var payload = new PayloadWriter();
        payload.UInt32(0);
        return IpcMessage.Answer(payload.Written);
    }

    /// <summary>The id of a session that was started or stopped.</summary>
    public static byte[] Of(ulong id)
    {
        var payload = new PayloadWriter();
        payload.UInt64(id);
        return IpcMessage.Answer(payload.Written);
    }
}
