namespace DebugRelay.Policy;

/// <summary>A JSON document (policy, statement, request) was refused; nothing of it is used.</summary>
public sealed class DocumentException : Exception
{
    internal DocumentException(string path, int line, string problem)
        : base($"{path} (line {line}): {problem}")
    {
        Path = path;
        Line = line;
        Problem = problem;
    }

    /// <summary>
    /// Where the fault lies, such as <c>roles.oncall.limits.session</c> or <c>roles.oncall.members[0]</c>; control characters are escaped.
    /// </summary>
    public string Path { get; }

    /// <summary>The line of the fault, from 1.</summary>
    public int Line { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }
}
