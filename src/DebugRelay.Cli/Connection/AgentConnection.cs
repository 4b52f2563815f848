using System.IO.Pipelines;
using System.Net.Security;
using System.Text.Json.Serialization.Metadata;
using DebugRelay.Cli.Failures;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Connection;

/// <summary>One TLS connection to an agent, which carries one thing: a session's control frames, or one operation.</summary>
internal sealed class AgentConnection : IAsyncDisposable
{
    // A data frame may be 256 KiB: reads of a few KiB each would cost a system call for every TLS record.
    private const int ReadBuffer = 64 * 1024;

    private readonly SslStream _tls;
    private readonly FrameReader _reader;
    private readonly FrameWriter _writer;

    public AgentConnection(SslStream tls)
    {
        _tls = tls;
        _reader = new FrameReader(PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: ReadBuffer, leaveOpen: true)));
        _writer = new FrameWriter(PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true)));
    }

    /// <summary>What the agent said first.</summary>
    public Hello Hello { get; set; } = null!;

    /// <summary>The next frame, valid until the next call; null at the end of the stream.</summary>
    /// <exception cref="ConnectionException">The link is lost.</exception>
    /// <exception cref="ProtocolException">What came is no frame.</exception>
    public ValueTask<Frame?> ReadAsync(CancellationToken cancellation) => GuardAsync(_reader.ReadAsync(cancellation));

    /// <summary>The next frame, which must be of this type.</summary>
    /// <exception cref="ConnectionException">The link is lost.</exception>
    /// <exception cref="ProtocolException">Something else came.</exception>
    /// <exception cref="RefusedException">The agent said no.</exception>
    public ValueTask<Frame> ExpectAsync(FrameType type, CancellationToken cancellation) => GuardAsync(_reader.ExpectAsync(type, cancellation));

    public ValueTask WriteAsync<T>(FrameType type, T message, JsonTypeInfo<T> json, CancellationToken cancellation)
        => GuardAsync(_writer.WriteAsync(type, message, json, cancellation));

    /// <summary>Writes a frame without content.</summary>
    public ValueTask WriteAsync(FrameType type, CancellationToken cancellation) => GuardAsync(_writer.WriteAsync(type, cancellation));

    public async ValueTask DisposeAsync()
    {
        await _tls.DisposeAsync();
    }

    private static async ValueTask<T> GuardAsync<T>(ValueTask<T> work)
    {
        try
        {
            return await work;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            throw Lost(error);
        }
    }

    private static async ValueTask GuardAsync(ValueTask work)
    {
        try
        {
            await work;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            throw Lost(error);
        }
    }

    private static ConnectionException Lost(Exception cause)
        => new($"the link to the agent was lost: {cause.GetBaseException().Message.ReplaceLineEndings(" ").Trim()}", "look at the network between here and the host, then try again", cause);
}
