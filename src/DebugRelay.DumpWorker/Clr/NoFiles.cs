using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.Diagnostics.Runtime;

namespace DebugRelay.DumpWorker.Clr;

/// <summary>Finds no file: a dump's words about where files lie must make nothing be opened or asked for.</summary>
internal sealed class NoFiles : IFileLocator
{
    /// <inheritdoc/>
    public string? FindPEImage(string fileName, int buildTimeStamp, int imageSize, bool checkProperties) => null;

    /// <inheritdoc/>
    public string? FindPEImage(string fileName, SymbolProperties archivedUnder, ImmutableArray<byte> buildIdOrUUID, OSPlatform originalPlatform, bool checkProperties) => null;
}
