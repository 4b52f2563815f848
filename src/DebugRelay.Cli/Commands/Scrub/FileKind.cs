namespace DebugRelay.Cli.Commands.Scrub;

/// <summary>What a file holds, judged by its first bytes and never by its name.</summary>
internal enum FileKind
{
    Text,
    Trace,
    Dump,
}

/// <summary>Tells the kinds of files apart.</summary>
internal static class FileKinds
{
    /// <summary>As many first bytes as <see cref="Of"/> looks at.</summary>
    public const int HeadLength = 8;

    /// <param name="head">The first bytes of the file; fewer where it is shorter.</param>
    public static FileKind Of(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("Nettrace"u8))
            return FileKind.Trace;
        return head.StartsWith("MDMP"u8) || head.StartsWith("\u007fELF"u8) ? FileKind.Dump : FileKind.Text;
    }
}
