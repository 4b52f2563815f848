namespace DebugRelay.DumpWorker;

/// <summary>A dump cannot be sanitised, or must not be let out. The message names the reason and holds nothing that was read.</summary>
internal sealed class DumpException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The file is no 64-bit little-endian ELF core of x86-64 Linux, or breaks its format.</summary>
    public const string BadDump = "bad-dump";

    /// <summary>The result differs from what it must be: it is withheld.</summary>
    public const string Withheld = "dump-withheld";

    /// <summary>A file could not be read or written.</summary>
    public const string Storage = "storage";

    /// <summary>The kind of failure.</summary>
    public string Code { get; } = code;
}
