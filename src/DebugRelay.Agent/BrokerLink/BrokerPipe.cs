using System.IO.Pipes;
using System.Runtime.Versioning;
using System.Security.Principal;
using DebugRelay.Protocol.Windows;

namespace DebugRelay.Agent.BrokerLink;

/// <summary>The way to a broker on Windows. Anybody may make a pipe of its name while it is not there; what Windows says of the pipe's owner tells whose it is.</summary>
[SupportedOSPlatform("windows")]
internal static class BrokerPipe
{
    /// <summary>Connects.</summary>
    /// <param name="path">The pipe.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BrokerGoneException">It is not there, or another is in its place.</exception>
    public static async Task<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var pipe = new NamedPipeClientStream(".", PipeName.Of(path)!, PipeDirection.InOut, PipeOptions.Asynchronous, TokenImpersonationLevel.Identification);
        try
        {
            await pipe.ConnectAsync(Limits.Opening / 2, cancellation);
            if (!IsBrokers(pipe))
                throw new BrokerGoneException($"{path} belongs to an account that no broker runs as");
            return pipe;
        }
        catch (Exception e) when (e is IOException or TimeoutException or UnauthorizedAccessException)
        {
            await pipe.DisposeAsync();
            throw new BrokerGoneException($"the broker does not answer ({e.GetType().Name})");
        }
        catch
        {
            await pipe.DisposeAsync();
            throw;
        }
    }

    /// <summary>The broker runs as the system; in development as whoever runs the agent.</summary>
    private static bool IsBrokers(NamedPipeClientStream pipe)
    {
        using var own = WindowsIdentity.GetCurrent();
        return pipe.GetAccessControl().GetOwner(typeof(SecurityIdentifier)) is SecurityIdentifier owner
            && (owner.IsWellKnown(WellKnownSidType.LocalSystemSid) || owner == own.User);
    }
}
