using System.Net;
using System.Net.Sockets;

namespace DebugRelay.Shipper;

/// <summary>Asks what the agent tells on its loopback address or Unix socket (`metrics` in agent.json).</summary>
internal sealed class AgentPage : IDisposable
{
    private readonly HttpClient _client;

    /// <param name="page">An address, or the path of a Unix socket.</param>
    public AgentPage(string page)
    {
        // The agent is on this machine: no proxy has a part in it.
        _client = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancellation) => ConnectAsync(page, cancellation), UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri("http://localhost/"), Timeout = Limits.Send, MaxResponseContentBufferSize = Limits.MetricsPage,
        };
    }

    /// <summary>The page of metrics.</summary>
    /// <exception cref="HttpRequestException">The agent does not answer.</exception>
    public Task<string> ReadMetricsAsync(CancellationToken cancellation) => _client.GetStringAsync("metrics", cancellation);

    /// <summary>Why it takes no sessions; null where it does.</summary>
    /// <exception cref="HttpRequestException">The agent does not answer.</exception>
    public async Task<string?> ReadProblemAsync(CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await _client.GetAsync("readyz", cancellation);
        return answer.IsSuccessStatusCode ? null : (await answer.Content.ReadAsStringAsync(cancellation)).TrimEnd();
    }

    public void Dispose() => _client.Dispose();

    private static async ValueTask<Stream> ConnectAsync(string page, CancellationToken cancellation)
    {
        bool isAddress = IPEndPoint.TryParse(page, out IPEndPoint? address);
        var socket = isAddress ? new Socket(address!.AddressFamily, SocketType.Stream, ProtocolType.Tcp) : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(isAddress ? address! : new UnixDomainSocketEndPoint(page), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
