namespace DebugRelay.Surfaces.Judges;

/// <summary>Addresses that a debug tool is told to listen on.</summary>
public static class UrlJudge
{
    private static readonly string[] Everywhere = ["+", "*", "0.0.0.0", "[::]", "::", ""];

    /// <summary>Why a list of URLs is open; null where it is https on the loopback address.</summary>
    public static string? IsOpen(string urls)
    {
        foreach (string url in urls.Trim('"', '\'').Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (HostOf(url) is { } host && !IsLoopback(host))
                return $"listens on {url}, which is not the loopback address";
            if (url.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
                return $"listens in clear text ({url})";
        }
        return null;
    }

    /// <summary>Whether a host or address is this machine alone.</summary>
    public static bool IsLoopback(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.StartsWith("127.", StringComparison.Ordinal) || host is "::1" or "[::1]";

    /// <summary>Whether an address stands for every network the machine is in: `0.0.0.0`, `*`, `+`, `[::]` or nothing.</summary>
    public static bool IsEverywhere(string host) => Everywhere.Contains(host);

    /// <summary>The host of `scheme://host:port`, `host:port` or `:port`.</summary>
    public static string? HostOf(string address)
    {
        int scheme = address.IndexOf("://", StringComparison.Ordinal);
        string rest = scheme < 0 ? address : address[(scheme + 3)..];
        rest = rest.Split('/')[0];
        int port = rest.LastIndexOf(':');
        return port < 0 || rest.EndsWith(']') ? rest : rest[..port];
    }
}
