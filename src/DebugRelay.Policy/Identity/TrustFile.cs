namespace DebugRelay.Policy.Identity;

/// <summary>Reads a bounded file whole.</summary>
internal static class TrustFile
{
    public static byte[] Read(string path, int maximumBytes)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > maximumBytes) throw new TrustException($"{path}: is larger than {maximumBytes} bytes");
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TrustException($"{path}: cannot be read ({error.Message})");
        }
    }
}
