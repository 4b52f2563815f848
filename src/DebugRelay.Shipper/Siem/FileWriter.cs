namespace DebugRelay.Shipper.Siem;

/// <summary>NDJSON on disk, synced a batch.</summary>
internal sealed class FileWriter(FileOutput output) : IAuditOutput
{
    public string Name => "file";

    /// <summary>Opened anew for each batch, so that whoever rotates the file need not tell us.</summary>
    public Task SendAsync(IReadOnlyList<AuditEvent> events, CancellationToken cancellation)
    {
        try
        {
            using var file = new FileStream(output.Path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            DropTornLine(file);
            file.Seek(0, SeekOrigin.End);
            foreach (AuditEvent each in events)
                file.Write([.. each.Json, (byte)'\n']);
            file.Flush(flushToDisk: true);
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ShipperException($"{output.Path}: {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A crash may have cut the last line. It was not acknowledged, so it comes again; a reader must not see the half.</summary>
    private static void DropTornLine(FileStream file)
    {
        long end = file.Length;
        while (end > 0)
        {
            file.Seek(end - 1, SeekOrigin.Begin);
            if (file.ReadByte() == '\n')
                break;
            end--;
        }
        if (end != file.Length)
            file.SetLength(end);
    }
}
