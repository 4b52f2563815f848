namespace DebugRelay.Cli.Failures;

/// <summary>A failure that the user is told about: what happened, and what to do about it.</summary>
internal abstract class CliException(string what, string? toDo, Exception? cause = null) : Exception(what, cause)
{
    public string? ToDo { get; } = toDo;
}

/// <summary>The command line, the environment or the configuration asks for what cannot be done.</summary>
internal sealed class UsageException(string what, string? toDo, Exception? cause = null) : CliException(what, toDo, cause);

/// <summary>No connection came about, or it was lost.</summary>
internal sealed class ConnectionException(string what, string? toDo, Exception? cause = null) : CliException(what, toDo, cause);

/// <summary>Something on this machine failed: a file, a child process.</summary>
internal sealed class LocalException(string what, string? toDo, Exception? cause = null) : CliException(what, toDo, cause);

/// <summary>The agent ended the session while something was still to do.</summary>
/// <param name="code">One of <see cref="Protocol.ErrorCode"/>.</param>
/// <param name="what">What the agent said.</param>
internal sealed class SessionEndedException(string code, string what) : CliException(what, null)
{
    public string Code { get; } = code;
}

/// <summary>An operation ended before its result was whole.</summary>
/// <param name="code">One of <see cref="Protocol.ErrorCode"/>.</param>
/// <param name="what">What the agent said.</param>
internal sealed class OperationCutException(string code, string what) : CliException(what, null)
{
    public string Code { get; } = code;
}

/// <summary>No process fits what the user named.</summary>
internal sealed class NoTargetException(string what, string? toDo) : CliException(what, toDo);

/// <summary>What arrived is not what was sent.</summary>
internal sealed class MismatchException(string what) : CliException(what, "do not use what came; the connection is authenticated, so look at the agent's host first");

/// <summary>A dump was sanitised, and the result failed its check.</summary>
internal sealed class WithheldException(string what) : CliException(what, "nothing was written; try --mask-literals, or take another dump");
