using DebugRelay.Broker.Targets;
using DebugRelay.Policy.Configuration;

namespace DebugRelay.Broker.Hosting;

/// <summary>What the broker needs of the operating system: who speaks to it, and what there is to look into.</summary>
internal interface IHostSystem : IDisposable
{
    /// <summary>The processes of this host.</summary>
    ITargetFinder Targets { get; }

    /// <summary>Whether what connections need runs out: nothing new may begin.</summary>
    bool IsShort();

    /// <summary>Listens for the agent.</summary>
    /// <exception cref="ConfigurationException">Nothing can listen there.</exception>
    IAgentListener Listen();

    /// <summary>Takes what comes by itself, until told to stop.</summary>
    Task RunAsync(CancellationToken cancellation);
}

/// <summary>Where the agent connects.</summary>
internal interface IAgentListener : IDisposable
{
    /// <summary>The next connection of the agent, and of nobody else.</summary>
    /// <returns>A connection with time limits, which is read and written blocking.</returns>
    Task<Stream> AcceptAsync(CancellationToken cancellation);
}
