using System.Buffers;
using System.IO.Pipelines;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Protocol;

/// <summary>Reads frames from a pipe, one at a time.</summary>
/// <remarks>A frame is valid until the next call. Not thread-safe.</remarks>
public sealed class FrameReader(PipeReader input)
{
    private ReadOnlySequence<byte> _rest;
    private bool _holding;

    /// <summary>Reads the next frame.</summary>
    /// <returns>The frame, or null when the stream ended between two frames.</returns>
    /// <exception cref="ProtocolException">The peer broke the protocol; <see cref="ErrorCode.Truncated"/> when the stream ended within a frame.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellation)
    {
        if (_holding && Frame.TryRead(ref _rest, out Frame held))
            return held;
        Release();
        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellation);
            _rest = result.Buffer;
            if (Frame.TryRead(ref _rest, out Frame frame))
            {
                _holding = true;
                return frame;
            }
            if (result.IsCompleted)
            {
                bool clean = _rest.IsEmpty;
                input.AdvanceTo(_rest.End);
                return clean ? null : throw new ProtocolException(ErrorCode.Truncated, "the stream ended within a frame");
            }
            input.AdvanceTo(_rest.Start, _rest.End);
        }
    }

    /// <summary>Reads the next frame, which must be of one type.</summary>
    /// <exception cref="ProtocolException">Another type came, or the stream ended.</exception>
    /// <exception cref="RefusedException">The peer said no.</exception>
    public async ValueTask<Frame> ExpectAsync(FrameType type, CancellationToken cancellation)
    {
        Frame frame = await ReadAsync(cancellation) ?? throw new ProtocolException(ErrorCode.Truncated, $"the stream ended before {type}");
        if (frame.Type == FrameType.Refused)
            throw new RefusedException(frame.ReadRefused());
        return frame.Type == type ? frame : throw new ProtocolException(ErrorCode.UnexpectedFrame, $"{frame.Type} came where {type} was due");
    }

    private void Release()
    {
        if (_holding)
            input.AdvanceTo(_rest.Start);
        _holding = false;
        _rest = default;
    }
}
