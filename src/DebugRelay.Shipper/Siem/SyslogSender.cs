using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DebugRelay.Shipper.Siem;

/// <summary>
/// RFC 5424 messages over TLS (RFC 5425: octet-counted), with a client certificate where one is given. Syslog acknowledges nothing: a batch counts as
/// taken when it is written and the connection still stands, so the last batch before a receiver dies can be lost. OTLP answers.
/// </summary>
internal sealed class SyslogSender : IAuditOutput
{
    private const int Facility = 13; // log audit

    private readonly SyslogOutput _output;
    private readonly X509Certificate2Collection _authorities = [];
    private readonly X509Certificate2? _certificate;
    private SslStream? _stream;

    /// <exception cref="ShipperException">A certificate or a key cannot be used, or the server is not HOST:PORT.</exception>
    public SyslogSender(SyslogOutput output)
    {
        _output = output;
        try
        {
            _authorities.ImportFromPemFile(output.Ca);
            _certificate = output.Certificate is { } certificate ? X509Certificate2.CreateFromPemFile(certificate, output.Key) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ShipperException($"syslog: a certificate cannot be used: {e.Message}", e);
        }
        if (output.Server.LastIndexOf(':') is not (> 0 and var colon) || !ushort.TryParse(output.Server.AsSpan(colon + 1), CultureInfo.InvariantCulture, out _))
            throw new ShipperException($"syslog: \"{output.Server}\" is no HOST:PORT");
    }

    public string Name => "syslog";

    public async Task SendAsync(IReadOnlyList<AuditEvent> events, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Limits.Send);
        try
        {
            _stream ??= await ConnectAsync(patience.Token);
            foreach (AuditEvent each in events)
                await _stream.WriteAsync(Frame(each), patience.Token);
            await _stream.FlushAsync(patience.Token);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            await ForgetAsync();
            throw new ShipperException($"syslog {_output.Server}: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ForgetAsync();
        _certificate?.Dispose();
    }

    /// <summary>`LENGTH SP MESSAGE`: the length in octets tells where the message ends.</summary>
    internal static byte[] Frame(AuditEvent each)
    {
        int severity = each.Severity switch { >= 5 => 2, 4 => 3, 3 => 4, 2 => 5, _ => 6 };
        string head = string.Create(CultureInfo.InvariantCulture,
            $"<{(Facility * 8) + severity}>1 {each.Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {Printable(each.Host, 255)} debugrelay - ocsf-{each.ClassUid} - ");
        byte[] message = [.. Encoding.ASCII.GetBytes(head), .. each.Json];
        return [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{message.Length} ")), .. message];
    }

    private async Task<SslStream> ConnectAsync(CancellationToken cancellation)
    {
        int colon = _output.Server.LastIndexOf(':');
        string host = _output.Server[..colon].Trim('[', ']');
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(host, int.Parse(_output.Server.AsSpan(colon + 1), CultureInfo.InvariantCulture), cancellation);
            var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false);
            await stream.AuthenticateAsClientAsync(Options(host), cancellation);
            return stream;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions Options(string host) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateChainPolicy = Policy(),
        ClientCertificateContext = _certificate is null ? null : SslStreamCertificateContext.Create(_certificate, null, offline: true),
    };

    /// <summary>The given CA and nothing else; no network is asked.</summary>
    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }

    private async Task ForgetAsync()
    {
        if (_stream is { } stream)
        {
            _stream = null;
            await stream.DisposeAsync();
        }
    }

    private static string Printable(string text, int maximum)
    {
        string plain = string.Concat(text.Where(c => c is > ' ' and <= '~').Take(maximum));
        return plain.Length > 0 ? plain : "-";
    }
}
