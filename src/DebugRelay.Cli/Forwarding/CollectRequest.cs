using DebugRelay.Cli.Connection;
using DebugRelay.Policy;

namespace DebugRelay.Cli.Forwarding;

/// <summary>Reads what a tool wants collected: CollectTracing 1 to 5, each with a field more than the one before.</summary>
internal static class CollectRequest
{
    private const uint NetTraceFormat = 1;

    /// <summary>What is asked of the host.</summary>
    /// <exception cref="IpcException">The message is not whole, or asks for what no host gives.</exception>
    public static EventPipeOrder Parse(IpcMessage message)
    {
        var reader = new PayloadReader(message.Payload);
        // Streaming into a file of the system's own (user_events) hands a descriptor over, which goes through no relay.
        if (message.Command == IpcCommand.CollectTracing5 && reader.UInt32() != 0)
            throw new IpcException(IpcError.InvalidArgument, "a trace can be streamed only, not written into the host's user_events");
        uint buffer = reader.UInt32();
        if (reader.UInt32() != NetTraceFormat)
            throw new IpcException(IpcError.InvalidArgument, "a trace is given in the format nettrace only");
        bool rundown = message.Command switch
        {
            IpcCommand.CollectTracing => true,
            IpcCommand.CollectTracing2 or IpcCommand.CollectTracing3 => reader.Boolean(),
            // Which parts of the rundown are wanted: the relay gives all or none.
            _ => reader.UInt64() != 0,
        };
        bool stacks = message.Command < IpcCommand.CollectTracing3 || reader.Boolean();
        TraceProvider[] providers = ReadProviders(ref reader, hasFilter: message.Command == IpcCommand.CollectTracing5);
        if (!reader.IsAtEnd)
            throw new IpcException(IpcError.BadEncoding, "a message is longer than its fields");
        return new EventPipeOrder(providers, (int)Math.Min(buffer, int.MaxValue), rundown, Duration: null, stacks);
    }

    private static TraceProvider[] ReadProviders(ref PayloadReader reader, bool hasFilter)
    {
        uint count = reader.UInt32();
        if (count is 0 or > Limits.Providers)
            throw new IpcException(IpcError.InvalidArgument, $"a trace has 1 to {Limits.Providers} providers, not {count}");
        var providers = new TraceProvider[count];
        for (int i = 0; i < providers.Length; i++)
        {
            providers[i] = ReadProvider(ref reader);
            if (hasFilter)
                SkipFilter(ref reader);
        }
        return providers;
    }

    private static TraceProvider ReadProvider(ref PayloadReader reader)
    {
        (ulong keywords, uint level, string name, string arguments) = (reader.UInt64(), reader.UInt32(), reader.String(), reader.String());
        return new TraceProvider(name, keywords, (int)Math.Min(level, int.MaxValue), arguments.Length > 0 ? arguments : null);
    }

    /// <summary>A list of single events: the host has no rule that goes by them, so that all of the provider's are asked for, which holds more and not less.</summary>
    private static void SkipFilter(ref PayloadReader reader)
    {
        reader.Boolean();
        for (uint left = reader.UInt32(); left > 0; left--)
            reader.UInt32();
    }
}
