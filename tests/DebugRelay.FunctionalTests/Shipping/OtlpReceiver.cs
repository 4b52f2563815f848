using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DebugRelay.FunctionalTests.Shipping;

/// <summary>Answers OTLP over HTTP. Bodies are protobuf or JSON; texts stand in both as they are.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<(string Path, string? Type, byte[] Body)> _bodies = new();

    public OtlpReceiver(int port = 0)
    {
        Port = port == 0 ? FreePort() : port;
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public int Port { get; }

    /// <summary>All that came, as text.</summary>
    public string Text => string.Concat(_bodies.Select(b => Encoding.UTF8.GetString(b.Body)));

    /// <summary>What came last: where to, what kind, and the body; null before anything came.</summary>
    public (string Path, string? Type, byte[] Body)? Last => _bodies.Select(b => ((string, string?, byte[])?)b).LastOrDefault();

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext call = await _listener.GetContextAsync();
            using var body = new MemoryStream();
            await call.Request.InputStream.CopyToAsync(body);
            _bodies.Enqueue((call.Request.Url!.AbsolutePath, call.Request.ContentType, body.ToArray()));
            call.Response.ContentType = "application/x-protobuf";
            call.Response.Close();
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
