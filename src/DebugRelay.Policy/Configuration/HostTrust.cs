using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Configuration;

/// <summary>What a host's agent and broker judge by: trust anchors, revocation lists and the policy that <see cref="HostConfiguration"/> names.</summary>
/// <param name="Store">Anchors and revocation lists for clients' certificates.</param>
/// <param name="Policy">Who may do what.</param>
public sealed record HostTrust(TrustStore Store, PolicyDocument Policy)
{
    /// <summary>Loads all of it.</summary>
    /// <exception cref="ConfigurationException">A file cannot be used; the message names it.</exception>
    public static HostTrust Load(HostConfiguration configuration)
    {
        try
        {
            return new HostTrust(TrustStore.Load(configuration.ClientCa, configuration.Crl), PolicyDocument.Parse(File.ReadAllBytes(configuration.Policy)));
        }
        catch (DocumentException e)
        {
            throw new ConfigurationException($"{configuration.Policy}: {e.Message}");
        }
        catch (Exception e) when (e is TrustException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(e.Message);
        }
    }
}
