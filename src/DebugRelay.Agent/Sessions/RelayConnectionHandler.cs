using System.Security.Cryptography.X509Certificates;
using DebugRelay.Agent.BrokerLink;
using DebugRelay.Agent.Transport;
using DebugRelay.Policy.Configuration;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Unix;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace DebugRelay.Agent.Sessions;

/// <summary>One TLS connection: we speak first, then the client's first frame says what the connection is for.</summary>
internal sealed partial class RelayConnectionHandler(
    HostConfiguration configuration, SessionOpening opening, OperationRelay operations, DescriptorReserve reserve, TimeProvider time, ILogger<RelayConnectionHandler> logger) : ConnectionHandler
{
    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        string remote = connection.RemoteEndPoint?.ToString() ?? "?";
        var client = new ClientConnection(connection);
        try
        {
            await ServeAsync(connection, client);
        }
        catch (ProtocolException e)
        {
            Log.BrokeProtocol(logger, remote, e.Code, e.Message);
            await client.TryRefuseAsync(new Refused(e.Code, e.Message));
        }
        catch (BrokerGoneException e)
        {
            Log.BrokerGone(logger, remote, e.Message);
            await client.TryRefuseAsync(new Refused(ErrorCode.BrokerGone, e.Message, "The agent starts its broker again; try once more in a second."));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ConnectionAbortedException)
        {
            Log.Lost(logger, remote, e.Message);
        }
        catch (Exception e)
        {
            Log.Failed(logger, remote, e);
            await client.TryRefuseAsync(new Refused(ErrorCode.Internal, "the agent failed; its log says more"));
        }
        finally
        {
            await client.LetGoAsync();
        }
    }

    private async Task ServeAsync(ConnectionContext connection, ClientConnection client)
    {
        var hello = new Hello(RelayProtocol.Version, RelayProtocol.ProductVersion, configuration.Host, time.GetUtcNow());
        await client.Frames.WriteAsync(FrameType.Hello, hello, ProtocolJson.Default.Hello, connection.ConnectionClosed);
        if (connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual(RelayProtocol.Alpn.Protocol.Span) != true)
            throw new ProtocolException(ErrorCode.WrongProtocol, $"the client did not ask for protocol {RelayProtocol.Alpn} (ALPN)");
        X509Certificate2 certificate = await connection.Features.GetRequiredFeature<ITlsConnectionFeature>().GetClientCertificateAsync(connection.ConnectionClosed)
            ?? throw new ProtocolException(ErrorCode.BadProof, "there is no client certificate");
        Frame first = await client.ReadFirstAsync();
        if (reserve.IsShort())
        {
            await client.TryRefuseAsync(new Refused(ErrorCode.LimitReached, "the host has too few file descriptors left", "What runs goes on; come again when less does, or have the agent's limit raised."));
            return;
        }
        switch (first.Type)
        {
            case FrameType.OpenSession:
                await opening.RunAsync(client, certificate, first.Read(ProtocolJson.Default.OpenSession));
                break;
            case FrameType.OpenOperation:
                await operations.RunAsync(client, certificate, first.Read(ProtocolJson.Default.OpenOperation));
                break;
            default:
                throw new ProtocolException(ErrorCode.UnexpectedFrame, $"a connection cannot begin with {first.Type}");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Remote} broke the protocol ({Code}): {Reason}")]
        public static partial void BrokeProtocol(ILogger logger, string remote, string code, string reason);

        [LoggerMessage(2, LogLevel.Error, "{Remote} not served: {Reason}")]
        public static partial void BrokerGone(ILogger logger, string remote, string reason);

        [LoggerMessage(3, LogLevel.Information, "{Remote} lost: {Reason}")]
        public static partial void Lost(ILogger logger, string remote, string reason);

        [LoggerMessage(4, LogLevel.Error, "{Remote} not served: the agent failed")]
        public static partial void Failed(ILogger logger, string remote, Exception failure);
    }
}
