using DebugRelay.Cli.Pki;
using DebugRelay.Protocol;

namespace DebugRelay.Cli.Failures;

/// <summary>What a failed command tells: its exit code, what happened, and what to do. The one place where failures get their exit codes.</summary>
internal sealed record Failure(int ExitCode, string What, string? ToDo)
{
    public static Failure Of(Exception error) => error switch
    {
        UsageException usage => new(Failures.ExitCode.Usage, usage.Message, usage.ToDo),
        ConnectionException connection => new(Failures.ExitCode.NoConnection, connection.Message, connection.ToDo),
        SessionEndedException ended => new(OfCode(ended.Code), ended.Message, Hint(ended.Code)),
        OperationCutException cut => new(OfCode(cut.Code), cut.Message, Hint(cut.Code)),
        RefusedException refused => new(OfCode(refused.Refusal.Code), refused.Message, refused.Refusal.Hint ?? Hint(refused.Refusal.Code)),
        ProtocolException broken => new(OfCode(broken.Code), $"the agent's answer cannot be used: {broken.Message}", Hint(broken.Code)),
        PkiException pki => new(Failures.ExitCode.Usage, pki.Problem, pki.Advice),
        MismatchException mismatch => new(Failures.ExitCode.Found, mismatch.Message, mismatch.ToDo),
        WithheldException withheld => new(Failures.ExitCode.Found, withheld.Message, withheld.ToDo),
        CliException other => new(Failures.ExitCode.Failed, other.Message, other.ToDo),
        OperationCanceledException => new(Failures.ExitCode.Interrupted, "interrupted", null),
        IOException or UnauthorizedAccessException => new(Failures.ExitCode.Failed, error.Message, null),
        _ => new(Failures.ExitCode.Failed, $"{error.GetType().Name}: {error.Message}", "this should not have happened: please report it with the command you ran"),
    };

    /// <summary>The exit code that goes with a failure of the wire.</summary>
    /// <param name="code">One of <see cref="ErrorCode"/>; one that this client does not know counts as a failed operation.</param>
    public static int OfCode(string code) => code switch
    {
        ErrorCode.Denied or ErrorCode.Revoked or ErrorCode.Killed or ErrorCode.Expired or ErrorCode.Idle or ErrorCode.NoSession or ErrorCode.BadProof or ErrorCode.BadRequest or ErrorCode.Replayed
            or ErrorCode.UnknownOperation or ErrorCode.LimitReached or ErrorCode.UsedUp or ErrorCode.Unobserved => Failures.ExitCode.Refused,

        ErrorCode.DumpWithheld => Failures.ExitCode.Found,

        ErrorCode.Truncated or ErrorCode.FrameTooLong or ErrorCode.UnknownFrame or ErrorCode.UnexpectedFrame or ErrorCode.BadMessage
            or ErrorCode.TimedOut or ErrorCode.WrongProtocol or ErrorCode.ClientGone or ErrorCode.ShuttingDown => Failures.ExitCode.NoConnection,

        _ => Failures.ExitCode.Failed,
    };

    private static string? Hint(string code) => code switch
    {
        ErrorCode.Denied => "ask who keeps the host's policy.json, or see what you may do with `debugrelay ps`",
        ErrorCode.Unobserved => "let another person run `debugrelay sessions watch`, and try again",
        ErrorCode.UsedUp => "ask for another grant with `debugrelay access request`",
        ErrorCode.Revoked => "your access was taken away: ask who keeps the host's policy and your certificate",
        ErrorCode.Killed => "ask who ended it; the recording has it",
        ErrorCode.Expired => "start again: a new session has a new end; an expired certificate must be issued again",
        ErrorCode.Idle => "start again: the role closes a session in which nothing is asked for a while",
        ErrorCode.LimitReached => "end another session or operation, or try again later",
        ErrorCode.NoProcess => "see the processes with `debugrelay ps`",
        ErrorCode.DumpWithheld => "nothing was delivered; take another dump, or give --mask-literals",
        ErrorCode.BadDump => "nothing was delivered; take another dump, or one of another type with --type",
        ErrorCode.Storage => "ask for a smaller type with --type, or let operations make room on the host",
        ErrorCode.TargetGone => "see whether it was started again with `debugrelay ps`",
        ErrorCode.TargetFailed => "the process may be starting, or its diagnostics are switched off: try again",
        ErrorCode.RecordingFailed => "the host cannot record, so it gives no access: look at the agent's log and its recordings folder",
        ErrorCode.BrokerGone or ErrorCode.WorkerGone => "the host starts it again by itself: try again",
        ErrorCode.ScrubberFailed or ErrorCode.Internal => "the agent's log on the host says more",
        ErrorCode.ShuttingDown => "the agent on the host is being stopped: try again when it runs",
        ErrorCode.Truncated or ErrorCode.TimedOut => "look at the network between here and the host, then try again",
        ErrorCode.WrongProtocol or ErrorCode.UnknownFrame or ErrorCode.UnexpectedFrame or ErrorCode.BadMessage or ErrorCode.FrameTooLong
            => "client and agent seem to be of different versions: compare `debugrelay --version` with the agent's",
        _ => null,
    };
}
