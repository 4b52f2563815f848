namespace DebugRelay.Tests.Audit;

/// <summary>A file in which a rule finds something, and one like it in which it does not.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="File">The file's path.</param>
/// <param name="Bad">Its text where the rule finds something.</param>
/// <param name="Good">Its text where it does not.</param>
internal sealed record RuleExample(string Rule, string File, string Bad, string Good)
{
    /// <summary>Files that lie beside it, `path: text`.</summary>
    public (string File, string Text)[] Beside { get; init; } = [];

    /// <summary>Another file for the good case, where its name makes the difference.</summary>
    public string? GoodFile { get; init; }

    public bool IsStrict { get; init; }
}
