using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Connection;

/// <summary>Asks the user for the passphrase of a file.</summary>
/// <returns>Null where there is nobody to ask.</returns>
internal delegate string? AskPassphrase(string file);

/// <summary>A certificate with its key: PEM, the key in a file of its own, in the same one or on a token, or PKCS#12. Each may need a passphrase.</summary>
internal static class CredentialFile
{
    private const int Attempts = 3;

    // A certificate, its key and a few above it.
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Whether the file has a key beside the certificate: then no other is needed.</summary>
    public static bool HoldsKey(string path)
    {
        try
        {
            byte[] content = Read(path, "certificate");
            return IsPkcs12(content) || Encoding.ASCII.GetString(content).Contains("PRIVATE KEY-----", StringComparison.Ordinal);
        }
        catch (UsageException)
        {
            // Whoever reads it next says why not.
            return false;
        }
    }

    /// <summary>Whether somebody may have to be asked before the key can be used.</summary>
    public static bool MayNeedPassphrase(string certificateFile, string keyFile)
    {
        try
        {
            return IsPkcs12(Read(certificateFile, "certificate")) || TokenKey.IsUri(keyFile) || Encoding.ASCII.GetString(Read(keyFile, "key")).Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        }
        catch (UsageException)
        {
            return false;
        }
    }

    /// <summary>Asks once for each file, one after another, however many hosts it is used for.</summary>
    public static AskPassphrase? Once(AskPassphrase? ask)
    {
        if (ask is null)
            return null;
        var answers = new Dictionary<string, string?>();
        return file =>
        {
            lock (answers)
            {
                if (!answers.TryGetValue(file, out string? answer))
                    answers[file] = answer = ask(file);
                return answer;
            }
        };
    }

    /// <param name="certificateFile">PEM, the certificate first, or PKCS#12.</param>
    /// <param name="keyFile">PEM, or the PKCS#11 URI of a key on a token; not looked at for PKCS#12.</param>
    /// <param name="ask">Asks for a passphrase where one is needed; null: nobody can be asked.</param>
    /// <returns>The certificate with its key, and those that came with it.</returns>
    /// <exception cref="UsageException">A file cannot be read, holds nothing of its kind, or the key is another certificate's.</exception>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Others) Load(string certificateFile, string keyFile, AskPassphrase? ask)
    {
        byte[] content = Read(certificateFile, "certificate");
        return IsPkcs12(content) ? LoadPkcs12(certificateFile, content, ask) : LoadPem(certificateFile, Encoding.UTF8.GetString(content), keyFile, ask);
    }

    private static (X509Certificate2, X509Certificate2Collection) LoadPem(string file, string certificates, string keyFile, AskPassphrase? ask)
    {
        var chain = new X509Certificate2Collection();
        Try(file, "certificate", () => chain.ImportFromPem(certificates));
        if (chain.Count == 0)
            throw new UsageException($"the certificate file {file} holds no certificate", "give a PEM or PKCS#12 file");
        using X509Certificate2 bare = chain[0];
        chain.RemoveAt(0);
        if (TokenKey.IsUri(keyFile))
            return (TokenKey.Join(bare, keyFile, ask), chain);
        string key = keyFile == file ? certificates : Encoding.UTF8.GetString(Read(keyFile, "key"));
        bool isEncrypted = key.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        if (key.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            throw new UsageException($"the key file {keyFile} is encrypted in an old way", $"write it anew with `openssl pkcs8 -topk8 -in {keyFile}`");
        X509Certificate2 certificate = isEncrypted
            ? WithPassphrase(keyFile, ask, passphrase => X509Certificate2.CreateFromEncryptedPem(certificates, key, passphrase))
            : Try(keyFile, "key", () => X509Certificate2.CreateFromPem(certificates, key));
        return (certificate, chain);
    }

    /// <summary>Many files have no passphrase, or an empty one: nobody is asked for that.</summary>
    private static (X509Certificate2, X509Certificate2Collection) LoadPkcs12(string file, byte[] content, AskPassphrase? ask)
    {
        X509Certificate2Collection all;
        try
        {
            all = X509CertificateLoader.LoadPkcs12Collection(content, "");
        }
        catch (CryptographicException)
        {
            all = WithPassphrase(file, ask, passphrase => X509CertificateLoader.LoadPkcs12Collection(content, passphrase));
        }
        X509Certificate2? own = all.FirstOrDefault(certificate => certificate.HasPrivateKey);
        if (own is null)
            throw new UsageException($"the certificate file {file} holds no certificate with a key", "export it with its key");
        all.Remove(own);
        return (own, all);
    }

    private static T WithPassphrase<T>(string file, AskPassphrase? ask, Func<string, T> open)
    {
        for (int attempt = 1; ; attempt++)
        {
            string passphrase = ask?.Invoke(file)
                ?? throw new UsageException($"{file} cannot be opened without its passphrase, and there is no terminal to ask for it", "run the command on a terminal, or give a file without a passphrase");
            try
            {
                return open(passphrase);
            }
            catch (CryptographicException) when (attempt < Attempts)
            {
                // Mistyped: ask again.
            }
            catch (CryptographicException error)
            {
                throw new UsageException($"{file} cannot be opened with this passphrase: {error.Message}", "is it the file's own passphrase, and the file whole?", error);
            }
        }
    }

    private static byte[] Read(string path, string what) => Try(path, what, () =>
    {
        using FileStream file = File.OpenRead(path);
        if (file.Length > MaxBytes)
            throw new ArgumentException($"it is larger than {MaxBytes} bytes");
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    });

    /// <summary>DER begins with a sequence; text does not.</summary>
    private static bool IsPkcs12(byte[] content) => content is [0x30, ..] && content.AsSpan().IndexOf("-----BEGIN "u8) < 0;

    private static void Try(string path, string what, Action read) => Try(path, what, () =>
    {
        read();
        return true;
    });

    private static T Try<T>(string path, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the {what} file {path} cannot be read: {error.Message}", "look at the path and its permissions", error);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new UsageException($"the {what} file {path} cannot be used: {error.Message}", "give PEM or PKCS#12; the key must be the certificate's own", error);
        }
    }
}
