using System.IO.Pipes;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using DebugRelay.Policy.Configuration;
using DebugRelay.Protocol.Windows;

namespace DebugRelay.Broker.Hosting.Windows;

/// <summary>The named pipe that the agent's account, our own and nobody else may open, and nobody from another machine.</summary>
[SupportedOSPlatform("windows")]
internal sealed class AgentPipe : IAgentListener
{
    private const int BufferBytes = 64 * 1024;

    private readonly string _name;
    private readonly PipeSecurity _security;
    private NamedPipeServerStream _next;

    /// <param name="file">The configuration's file.</param>
    /// <param name="configuration">What is in it.</param>
    /// <param name="pipe">Where.</param>
    /// <exception cref="ConfigurationException">It is no pipe, the agent's account is not known, or another listens there.</exception>
    public AgentPipe(string file, HostConfiguration configuration, string pipe)
    {
        _name = PipeName.Of(pipe) ?? throw new ConfigurationException($"{file}: broker: on Windows it is a pipe, such as \\\\.\\pipe\\debugrelay-broker");
        _security = SecurityFor(file, configuration.AgentUser);
        try
        {
            // The name is ours, or nobody is served.
            _next = Open(PipeOptions.FirstPipeInstance);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{pipe}: another listens there ({e.Message})");
        }
    }

    /// <inheritdoc/>
    public async Task<Stream> AcceptAsync(CancellationToken cancellation)
    {
        await _next.WaitForConnectionAsync(cancellation);
        NamedPipeServerStream accepted = _next;
        // Before this one can end: while there is one the name is ours.
        _next = Open(PipeOptions.None);
        return new TimedPipeStream(accepted);
    }

    /// <inheritdoc/>
    public void Dispose() => _next.Dispose();

    private static PipeSecurity SecurityFor(string file, string? agent)
    {
        var security = new PipeSecurity();
        security.AddAccessRule(new PipeAccessRule(new SecurityIdentifier(WellKnownSidType.NetworkSid, null), PipeAccessRights.FullControl, AccessControlType.Deny));
        using var own = WindowsIdentity.GetCurrent();
        security.AddAccessRule(new PipeAccessRule(own.User!, PipeAccessRights.FullControl, AccessControlType.Allow));
        // The agent knows us by it.
        security.SetOwner(own.User!);
        if (agent is not null)
            security.AddAccessRule(new PipeAccessRule(AccountOf(file, agent), PipeAccessRights.ReadWrite, AccessControlType.Allow));
        return security;
    }

    private static SecurityIdentifier AccountOf(string file, string name)
    {
        try
        {
            return (SecurityIdentifier)new NTAccount(name).Translate(typeof(SecurityIdentifier));
        }
        catch (SystemException)
        {
            throw new ConfigurationException($"{file}: agentUser: there is no account \"{name}\" on this host");
        }
    }

    private NamedPipeServerStream Open(PipeOptions more) => NamedPipeServerStreamAcl.Create(
        _name, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | more, BufferBytes, BufferBytes, _security);
}
