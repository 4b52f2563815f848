namespace DebugRelay.Scrubbing.Text;

/// <summary>What kind of text a field holds.</summary>
internal enum TextKind
{
    /// <summary>Anything.</summary>
    Free,

    /// <summary>A type, method, assembly or module name: only what cannot be part of one is looked for.</summary>
    Name,

    /// <summary>A command line.</summary>
    CommandLine,
}
