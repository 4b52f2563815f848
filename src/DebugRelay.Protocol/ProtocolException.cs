using DebugRelay.Protocol.Messages;

namespace DebugRelay.Protocol;

/// <summary>A peer broke the protocol: nothing more can be read from it.</summary>
/// <param name="code">One of <see cref="ErrorCode"/>.</param>
/// <param name="message">What happened, one line.</param>
public sealed class ProtocolException(string code, string message) : Exception(message)
{
    /// <summary>One of <see cref="ErrorCode"/>.</summary>
    public string Code { get; } = code;
}

/// <summary>A peer said no.</summary>
/// <param name="refusal">What it said.</param>
public sealed class RefusedException(Refused refusal) : Exception(refusal.Message)
{
    /// <summary>What it said.</summary>
    public Refused Refusal { get; } = refusal;
}
