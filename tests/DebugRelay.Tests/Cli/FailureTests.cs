using System.Reflection;
using DebugRelay.Cli.Failures;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using Xunit;

namespace DebugRelay.Tests.Cli;

public class FailureTests
{
    private const int Failed = 1;
    private const int Refused = 3;
    private const int Found = 4;
    private const int NoConnection = 5;

    private static readonly Dictionary<string, int> Expected = new()
    {
        [ErrorCode.Truncated] = NoConnection,
        [ErrorCode.FrameTooLong] = NoConnection,
        [ErrorCode.UnknownFrame] = NoConnection,
        [ErrorCode.UnexpectedFrame] = NoConnection,
        [ErrorCode.BadMessage] = NoConnection,
        [ErrorCode.TimedOut] = NoConnection,
        [ErrorCode.WrongProtocol] = NoConnection,
        [ErrorCode.ClientGone] = NoConnection,
        [ErrorCode.ShuttingDown] = NoConnection,
        [ErrorCode.LimitReached] = Refused,
        [ErrorCode.NoSession] = Refused,
        [ErrorCode.BadProof] = Refused,
        [ErrorCode.BadRequest] = Refused,
        [ErrorCode.Replayed] = Refused,
        [ErrorCode.UnknownOperation] = Refused,
        [ErrorCode.Denied] = Refused,
        [ErrorCode.UsedUp] = Refused,
        [ErrorCode.BreakGlass] = Failed,
        [ErrorCode.Unobserved] = Refused,
        [ErrorCode.AwaitsObserver] = Failed,
        [ErrorCode.AccessRequested] = Failed,
        [ErrorCode.AccessGranted] = Failed,
        [ErrorCode.NewSurface] = Failed,
        [ErrorCode.Expired] = Refused,
        [ErrorCode.Revoked] = Refused,
        [ErrorCode.Killed] = Refused,
        [ErrorCode.Idle] = Refused,
        [ErrorCode.NoProcess] = Failed,
        [ErrorCode.TargetFailed] = Failed,
        [ErrorCode.TargetGone] = Failed,
        [ErrorCode.TargetMalformed] = Failed,
        [ErrorCode.DumpWithheld] = Found,
        [ErrorCode.BadDump] = Failed,
        [ErrorCode.Storage] = Failed,
        [ErrorCode.RecordingFailed] = Failed,
        [ErrorCode.BrokerGone] = Failed,
        [ErrorCode.WorkerGone] = Failed,
        [ErrorCode.ScrubberFailed] = Failed,
        [ErrorCode.Closed] = Failed,
        [ErrorCode.Internal] = Failed,
    };

    public static TheoryData<string> AllCodes => [.. typeof(ErrorCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(code => (string)code.GetRawConstantValue()!)];

    [Theory]
    [MemberData(nameof(AllCodes))]
    public void Every_code_of_the_wire_has_its_exit_code(string code)
    {
        Assert.True(Expected.TryGetValue(code, out int exitCode), $"no exit code is decided for {code}");
        Assert.Equal(exitCode, Failure.Of(new RefusedException(new Refused(code, "no"))).ExitCode);
        Assert.Equal(exitCode, Failure.Of(new SessionEndedException(code, "no")).ExitCode);
        Assert.Equal(exitCode, Failure.Of(new OperationCutException(code, "no")).ExitCode);
    }

    [Fact]
    public void A_code_from_a_later_version_is_a_failed_operation() => Assert.Equal(Failed, Failure.OfCode("from-the-future"));

    [Fact]
    public void The_agents_own_hint_is_shown()
        => Assert.Equal("do this", Failure.Of(new RefusedException(new Refused(ErrorCode.Denied, "no", "do this"))).ToDo);

    [Fact]
    public void Failures_of_the_client_have_theirs()
    {
        Assert.Equal(2, Failure.Of(new UsageException("a", "b")).ExitCode);
        Assert.Equal(4, Failure.Of(new MismatchException("a")).ExitCode);
        Assert.Equal(5, Failure.Of(new ConnectionException("a", "b")).ExitCode);
        Assert.Equal(1, Failure.Of(new LocalException("a", "b")).ExitCode);
        Assert.Equal(1, Failure.Of(new NoTargetException("a", "b")).ExitCode);
        Assert.Equal(130, Failure.Of(new OperationCanceledException()).ExitCode);
    }
}
