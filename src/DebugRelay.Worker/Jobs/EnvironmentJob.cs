using System.Text.Json;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Scrubbing;

namespace DebugRelay.Worker.Jobs;

/// <summary>Reads a target's environment and delivers it, scrubbed, as one JSON object.</summary>
internal static class EnvironmentJob
{
    /// <summary>Runs the job.</summary>
    public static Task<OperationEnd> RunAsync(Stream target, DeliveryWriter delivery, Scrubbers scrubbers, CancellationToken cancellation)
        => TextAnswer.DeliverAsync(delivery, scrubbers, async scrubber =>
        {
            (_, byte[] variables) = await TargetReply.ReceiveAsync(target, SizeOf, cancellation);
            var scrubbed = EnvironmentScrubber.Scrub(Read(variables), scrubber).Select(v => new EnvironmentVariable(v.Key, v.Value));
            return JsonSerializer.SerializeToUtf8Bytes(new ProcessEnvironment([.. scrubbed]), ProtocolJson.Default.ProcessEnvironment);
        });

    /// <summary>The message says how many bytes follow it: u32, then two bytes for later use.</summary>
    private static int SizeOf(byte[] payload)
    {
        uint size = new ReplyReader(payload).UInt32();
        return size <= Limits.Environment ? (int)size : throw new ReplyException(ErrorCode.TargetFailed, $"the process's environment is larger than {Limits.Environment} bytes");
    }

    /// <summary>u32 count, then as many strings `NAME=VALUE`.</summary>
    private static List<KeyValuePair<string, string>> Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ReplyReader(bytes);
        uint count = reader.UInt32();
        if (count > Limits.EnvironmentVariables)
            throw new ReplyException(ErrorCode.TargetFailed, $"the process has more than {Limits.EnvironmentVariables} environment variables");
        var variables = new List<KeyValuePair<string, string>>();
        for (uint i = 0; i < count; i++)
            variables.Add(Parse(reader.String()));
        return variables;
    }

    /// <summary>What has no equals sign has no name that could be known to be harmless.</summary>
    private static KeyValuePair<string, string> Parse(string variable)
    {
        int sign = variable.Length == 0 ? -1 : variable.IndexOf('=', 1);
        return sign < 0 ? new("", variable) : new(variable[..sign], variable[(sign + 1)..]);
    }
}
