using System.Security.Cryptography;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>The key that signs a ledger's heads. It lies in the ledger's folder, made on the first start.</summary>
internal static class LedgerKey
{
    /// <summary>Loads the key, or makes one.</summary>
    /// <param name="folder">The ledger's folder.</param>
    /// <param name="isNew">Whether there is no ledger yet: only then a key is made.</param>
    public static ECDsa Load(string folder, bool isNew)
    {
        var path = Path.Combine(folder, LedgerNames.Key);
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            if (File.Exists(path))
                key.ImportFromPem(File.ReadAllText(path));
            else if (isNew)
                Disk.Replace(path, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
            else
                throw new RecordingException(RecordingError.LedgerUnusable, $"The ledger in {folder} has entries but no key.");
            Disk.Replace(Path.Combine(folder, LedgerNames.PublicKey), PublicPem(key));
            return key;
        }
        catch (Exception e)
        {
            key.Dispose();
            if (e is CryptographicException or ArgumentException)
                throw new RecordingException(RecordingError.LedgerUnusable, $"{path} holds no key: {e.Message}", e);
            throw;
        }
    }

    /// <summary>The bytes of <c>ledger.pub</c>.</summary>
    public static byte[] PublicPem(ECDsa key) => Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n");
}
