using System.Security.Cryptography;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Configuration;

/// <summary>
/// The scrub profile that a host's configuration names, as it is handed to the workers, who alone understand it. Agent and broker read one thing of it:
/// what may be asked of providers.
/// </summary>
/// <param name="Name">The shipped profile's name, or the file's.</param>
/// <param name="Content">The JSON text.</param>
/// <param name="Sha256">Of the content, hexadecimal.</param>
/// <param name="Arguments">What may be asked of providers.</param>
/// <param name="IsShipped">Whether it is one of those that ship.</param>
public sealed record HostProfile(string Name, byte[] Content, string Sha256, ProviderArguments Arguments, bool IsShipped)
{
    /// <summary>Loads it.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read or is too large, or its list of providers' arguments cannot be used.</exception>
    public static HostProfile Load(HostConfiguration configuration)
    {
        bool isShipped = HostConfiguration.ShippedProfiles.Contains(configuration.Scrub);
        byte[] content = isShipped ? Shipped(configuration.Scrub) : ReadFile(configuration.Scrub);
        try
        {
            return new HostProfile(
                Path.GetFileName(configuration.Scrub), content, Convert.ToHexStringLower(SHA256.HashData(content)), ProviderArguments.Parse(content), isShipped);
        }
        catch (DocumentException e)
        {
            throw new ConfigurationException($"{configuration.Scrub}: {e.Message}");
        }
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"scrub: {e.Message}");
        }
    }

    private static byte[] Shipped(string name)
    {
        using Stream stream = typeof(HostProfile).Assembly.GetManifestResourceStream($"{name}.json")
            ?? throw new ConfigurationException($"scrub: this build has no profile {name}");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
