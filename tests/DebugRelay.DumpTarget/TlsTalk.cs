using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DebugRelay.DumpTarget;

/// <summary>An HTTPS request with secrets in its address, its headers and its body, and a server's answer: both ends, in this process.</summary>
internal static class TlsTalk
{
    private static readonly List<object> Kept = [];

    public static async Task RunAsync(SecretMaker secrets)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync(listener, secrets);
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/pay?token={secrets.Make("url")}");
        request.Headers.Add("X-Api-Key", secrets.Make("header"));
        request.Content = new StringContent($"{{\"card\":\"{secrets.Make("body")}\"}}", Encoding.UTF8, "application/json");
        HttpResponseMessage response = await client.SendAsync(request);
        string answer = await response.Content.ReadAsStringAsync();
        await serving;
        // The pool keeps the connection, and with it its buffers.
        Kept.AddRange([client, response, answer]);
    }

    private static async Task ServeAsync(TcpListener listener, SecretMaker secrets)
    {
        TcpClient connection = await listener.AcceptTcpClientAsync();
        var tls = new SslStream(connection.GetStream());
        await tls.AuthenticateAsServerAsync(MakeCertificate());
        byte[] buffer = new byte[16 * 1024];
        var got = new StringBuilder();
        while (!got.ToString().Contains('}', StringComparison.Ordinal))
            got.Append(Encoding.UTF8.GetString(buffer, 0, await tls.ReadAsync(buffer)));
        string body = $"welcome {secrets.Make("answer")}";
        await tls.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        await tls.FlushAsync();
        Kept.AddRange([connection, tls, got]);
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
#pragma warning disable SYSLIB0057 // The new loader is not on every runtime that this program runs on.
        return new X509Certificate2(made.Export(X509ContentType.Pfx));
#pragma warning restore SYSLIB0057
    }
}
