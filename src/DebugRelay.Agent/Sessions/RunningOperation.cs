using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Sessions;

/// <summary>An operation that was allowed: all that it was decided by, so that it can be decided again while it runs, and the way to end it early.</summary>
internal sealed class RunningOperation : IDisposable
{
    private readonly TaskCompletionSource<SessionClosed> _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();

    public RunningOperation(OperationRequest request, GrantFiles? grant, TargetProcess? target, Decision decision)
    {
        (Request, Grant, Target, Decision) = (request, grant, target, decision);
        Ending = _ending.Token;
    }

    /// <summary>What was asked.</summary>
    public OperationRequest Request { get; }

    /// <summary>The grant that came along; null where none did.</summary>
    public GrantFiles? Grant { get; }

    /// <summary>The process; null where the operation has none.</summary>
    public TargetProcess? Target { get; }

    /// <summary>What was decided, with the time until which it holds and why it ends then.</summary>
    public Decision Decision { get; }

    /// <summary>How the recording keeps what it delivers.</summary>
    public StreamKeeping Keeping { get; init; } = StreamKeeping.Plain;

    /// <summary>What the process that reads its target is confined by; null where there is none.</summary>
    public string[]? Isolation { get; init; }

    /// <summary>What it delivers; null while it has not begun.</summary>
    public RecordedStream? Stream { get; set; }

    /// <summary>Cancelled when it is ended early.</summary>
    public CancellationToken Ending { get; }

    /// <summary>Why it was ended early; null while it was not.</summary>
    public SessionClosed? Cut => _cut.Task.IsCompleted ? _cut.Task.Result : null;

    /// <summary>Ends it early; the first reason counts. Its target is stopped, what was delivered is kept and marked partial.</summary>
    /// <param name="code">One of <see cref="Protocol.ErrorCode"/>.</param>
    /// <param name="message">One line.</param>
    public void End(string code, string message)
    {
        if (!_cut.TrySetResult(new SessionClosed(code, message)))
            return;
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ending.Dispose();
}
