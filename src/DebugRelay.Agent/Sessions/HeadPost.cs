using DebugRelay.Agent.Transport;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Sessions;

/// <summary>
/// The heads of a recording leave the host as they are made: the client is their first witness. Those that are made before its session stands (a busy host
/// takes seconds for that) wait until it does.
/// </summary>
internal sealed class HeadPost(ClientConnection client)
{
    private readonly Lock _lock = new();
    private List<SealedCheckpoint>? _waiting = [];

    /// <summary>Sends a head, or keeps it until <see cref="Open"/>.</summary>
    public void Send(SealedCheckpoint head)
    {
        lock (_lock)
        {
            if (_waiting is null)
                Post(head);
            else
                _waiting.Add(head);
        }
    }

    /// <summary>The client knows of its session.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _waiting?.ForEach(Post);
            _waiting = null;
        }
    }

    private void Post(SealedCheckpoint head)
    {
        var message = new RecordingHead(head.Index, head.Bytes.ToArray(), head.Signature.ToArray());
        // Not awaited: a client that does not read must not hold up its own recording. One that is gone cannot witness.
        _ = client.Frames.WriteAsync(FrameType.RecordingHead, message, ProtocolJson.Default.RecordingHead, client.Closed).AsTask()
            .ContinueWith(t => t.Exception, TaskScheduler.Default);
    }
}
