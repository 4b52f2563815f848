using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DebugRelay.Broker.Dumps;

/// <summary>Where a FIFO lies.</summary>
/// <param name="Pid">The target.</param>
/// <param name="StartTime">Its start time.</param>
/// <param name="Folder">The folder in which the FIFO's own folder lies, as the target sees files.</param>
/// <param name="Name">The FIFO's folder.</param>
internal sealed record DumpTraceDocument(int Pid, ulong StartTime, string Folder, string Name);

/// <summary>
/// What is remembered on disk of dumps that are being written, so that a broker that comes after one that died lets their targets go: a createdump that
/// waits for a reader keeps every thread of its target stopped.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class DumpTraces(string folder)
{
    /// <summary>Remembers a FIFO; dispose the result when it has no name any more.</summary>
    /// <exception cref="IOException">It cannot be remembered.</exception>
    public DumpTrace Begin(DumpTraceDocument document)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string path = Path.Combine(folder, $"{document.Name}.json");
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write);
        JsonSerializer.Serialize(file, document, DumpTraceJson.Default.DumpTraceDocument);
        file.Flush(flushToDisk: true);
        return new DumpTrace(path);
    }

    /// <summary>Cleans up what a broker left that was killed.</summary>
    /// <param name="isAlive">Whether a process of this pid and start time is there.</param>
    public async Task CleanAsync(Func<int, ulong, bool> isAlive)
    {
        foreach (string path in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [])
        {
            if (Read(path) is { } left && isAlive(left.Pid, left.StartTime))
                await DumpFifo.ReleaseLeftAsync(left);
            File.Delete(path);
        }
    }

    private static DumpTraceDocument? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), DumpTraceJson.Default.DumpTraceDocument);
        }
        catch (JsonException)
        {
            // It was being written when its broker died: its FIFO was not made yet.
            return null;
        }
    }
}

/// <summary>A FIFO that is remembered.</summary>
internal sealed class DumpTrace(string path) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => File.Delete(path);
}

/// <summary>How they are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DumpTraceDocument))]
internal sealed partial class DumpTraceJson : JsonSerializerContext;
