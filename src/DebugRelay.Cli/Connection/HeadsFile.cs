namespace DebugRelay.Cli.Connection;
internal sealed class HeadsFile : IAsyncDisposable
{
    public static HeadsFile Open(string? path) => new();
    public void Add(DebugRelay.Protocol.Messages.RecordingHead head) { }
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
