using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace DebugRelay.Recording;

/// <summary>
/// The engineer's own signatures in a recording: on the statement that opened the session, and with the key that it names on each request and on the
/// end. What was allowed must have been asked by him, once and so; what is said to be delivered must be what is kept. An agent that is taken over can
/// seal what it likes, but not sign for an engineer.
/// </summary>
internal sealed class EngineerSignatures(
    string path, Checkpoint first, X509Certificate2Collection trustAnchors, Deliveries deliveries) : IDisposable
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    // A session may end with its engineer's certificate, and its first checkpoint be later by a segment's length.
    private const long SegmentSeconds = 5;

    // By the SHA-256 of the signed bytes: what they ask.
    private readonly Dictionary<string, Asked> _signed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _allowed = new(StringComparer.Ordinal);
    private ECDsa? _key;

    /// <summary>Reads the entries of the sealed segments.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? Check(int segments)
    {
        for (var index = 0; index < segments; index++)
        {
            var name = Names.Segment(index, Names.Entries);
            foreach (var (line, _) in LedgerReader.ReadLines(Path.Combine(path, name)))
            {
                if (CheckLine(line, name) is { } problem)
                    return problem;
            }
        }

        return null;
    }

    /// <summary>Whether the engineer's key has signed the recording's end.</summary>
    public bool HasCountersigned(Checkpoint last, string headSha256, byte[] signature) =>
        _key is not null && SessionEnd.IsSignedBy(_key, new SessionEnd(last.Host, last.Session, last.Index, headSha256), signature);

    public void Dispose() => _key?.Dispose();

    /// <summary>Most lines are of other kinds, which need no parsing.</summary>
    private string? CheckLine(ReadOnlySpan<byte> line, string name)
    {
        var kind = line.IndexOf(",\"kind\":\""u8);
        if (kind < 0)
            return null;
        var rest = line[(kind + ",\"kind\":\"".Length)..];
        if (rest.StartsWith("open\""u8))
            return Read(line, CheckOpen, $"the engineer's proof in {name} does not hold");
        if (rest.StartsWith("request\""u8))
            return Read(line, Remember, null);
        if (rest.StartsWith("decision\""u8) && line.IndexOf("\"allowed\":true"u8) >= 0)
            return Read(line, body => CheckDecision(body, name), $"{name} allows what no engineer signed");
        if (rest.StartsWith("end\""u8))
            return Read(line, deliveries.Check, $"{name} holds an end that cannot be read");
        return null;
    }

    /// <exception cref="FormatException">The proof does not hold.</exception>
    private string? CheckOpen(JsonElement body)
    {
        var proof = body.GetProperty("proof"u8);
        var statement = proof.GetProperty("statement"u8).GetBytesFromBase64();
        var certificates = new X509Certificate2Collection();
        foreach (var certificate in proof.GetProperty("certificates"u8).EnumerateArray())
            certificates.Add(X509CertificateLoader.LoadCertificate(certificate.GetBytesFromBase64()));
        if (!HasSigned(certificates[0], statement, proof.GetProperty("signature"u8).GetBytesFromBase64()) || !IsForThisSession(statement))
            throw new FormatException();
        var seconds = first.TimeMilliseconds / 1000;
        if (!IsTrustedAt(certificates, seconds) && !IsTrustedAt(certificates, seconds - SegmentSeconds))
            return "the engineer's certificate was not trusted when the session was opened";
        return body.TextOf("identity") is not { Length: > 0 } identity || EngineerNames.Of(certificates[0]).Contains(identity, StringComparer.Ordinal)
            ? null
            : "the engineer's certificate is not that of whom the recording names";
    }

    /// <summary>The statement is for this session on this host, and names the key of its requests.</summary>
    private bool IsForThisSession(byte[] statement)
    {
        using var json = JsonDocument.Parse(statement);
        var root = json.RootElement;
        if (root.GetProperty("session"u8).GetString() != first.Session || root.GetProperty("host"u8).GetString() != first.Host)
            return false;
        _key?.Dispose();
        _key = ECDsa.Create();
        _key.ImportSubjectPublicKeyInfo(root.GetProperty("ephemeralKey"u8).GetBytesFromBase64(), out _);
        return true;
    }

    /// <summary>A request that the engineer did not sign is in the recording, too: it must not be allowed.</summary>
    private string? Remember(JsonElement body)
    {
        var request = body.GetProperty("request"u8).GetBytesFromBase64();
        var signature = body.GetProperty("signature"u8).GetBytesFromBase64();
        if (_key is not null && _key.VerifyData(request, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
            _signed[Digest.Hex(request)] = Asked.Read(request);
        return null;
    }

    /// <exception cref="FormatException">It allows what was not asked, or not so.</exception>
    private string? CheckDecision(JsonElement body, string name)
    {
        var request = body.GetProperty("requestSha256"u8).GetString() ?? "";
        if (!_signed.TryGetValue(request, out var asked) || asked != Asked.Read(body))
            throw new FormatException();
        if (body.TextOf("stream") is { } stream && asked.Number is { } number)
            deliveries.Expect(number, stream);
        return _allowed.Add(request) ? null : $"{name} allows the same request twice";
    }

    /// <summary>The check's answer, or what is said of a line that does not have its kind's form.</summary>
    private static string? Read(ReadOnlySpan<byte> line, Func<JsonElement, string?> check, string? malformed)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            using var json = JsonDocument.ParseValue(ref reader);
            return check(json.RootElement.GetProperty("body"u8));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or CryptographicException or ArgumentException)
        {
            return malformed;
        }
    }

    private static bool HasSigned(X509Certificate2 certificate, byte[] statement, byte[] signature)
    {
        using var ecdsa = certificate.GetECDsaPublicKey();
        if (ecdsa is not null)
        {
            var hash = ecdsa.KeySize > 256 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
            return ecdsa.VerifyData(statement, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
        }

        using var rsa = certificate.GetRSAPublicKey();
        return rsa is not null && rsa.VerifyData(statement, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    }

    private bool IsTrustedAt(X509Certificate2Collection certificates, long seconds) =>
        TrustedChain.Exists(certificates, ClientAuthentication, seconds, trustAnchors);
}

/// <summary>What a request asks, and what a decision says of it: they must be the same.</summary>
internal sealed record Asked(ulong? Number, string? Operation, long? Pid)
{
    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public static Asked Read(byte[] request)
    {
        using var json = JsonDocument.Parse(request);
        return Read(json.RootElement);
    }

    public static Asked Read(JsonElement body) => new(body.NumberOf("number"), body.TextOf("operation"), body.ObjectOf("target")?.CountOf("pid"));
}
