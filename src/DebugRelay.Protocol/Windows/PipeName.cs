namespace DebugRelay.Protocol.Windows;

/// <summary>Names of pipes of this machine.</summary>
public static class PipeName
{
    private const string Folder = @"\\.\pipe\";

    /// <summary>The name by which a pipe is opened; null where a path is none of a pipe of this machine.</summary>
    public static string? Of(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.StartsWith(Folder, StringComparison.OrdinalIgnoreCase) && path.Length > Folder.Length && !path.AsSpan(Folder.Length).ContainsAny('\\', '/') ? path[Folder.Length..] : null;
    }
}
