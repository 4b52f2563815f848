using DebugRelay.Policy.Reviews;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>A review in a recording's folder, and whether it counts.</summary>
/// <param name="File">Its name.</param>
/// <param name="Reviewer">Who signed; null where it does not count.</param>
/// <param name="Problem">Why it does not; null where it does.</param>
/// <param name="Time">When, by the reviewer's clock; null where the file is no review.</param>
/// <param name="Verdict">What verification had told the reviewer.</param>
/// <param name="Comment">His words.</param>
internal sealed record JudgedReview(string File, string? Reviewer, string? Problem, DateTimeOffset? Time, string? Verdict, string? Comment)
{
    /// <summary>Judges all reviews of a session.</summary>
    /// <param name="path">The session's folder.</param>
    /// <param name="session">What it tells.</param>
    /// <param name="by">What to judge by.</param>
    public static IReadOnlyList<JudgedReview> ReadAll(string path, RecordedSession session, Verification by)
    {
        SealedHead? head = SessionFolder.Reading(() => SealedHead.Read(path));
        return [.. SessionFolder.Reading(() => ReviewFiles.Read(path)).Select(file => Judge(file, session, head, by))];
    }

    private static JudgedReview Judge(ReviewFile file, RecordedSession session, SealedHead? head, Verification by)
    {
        if (ReviewStatement.Parse(file.Bytes.Span) is not { } statement)
            return new JudgedReview(file.Name, null, "it is no review that can be read", null, null, null);
        ReviewResult result = ReviewCheck.Judge(file.Bytes, file.Signature, session.Identity, by.Trust, by.Policy, statement.Time);
        string? problem = result.Problem ?? (Covers(statement, head) ? null : "it is of another recording, or of an earlier state of this one");
        return new JudgedReview(file.Name, problem is null ? result.Reviewer?.ToString() : null, problem, statement.Time, statement.Verdict, statement.Comment);
    }

    private static bool Covers(ReviewStatement statement, SealedHead? head)
        => head is not null && (statement.Session, statement.Host, statement.Segments, statement.Head) == (head.Session, head.Host, head.Segments, head.Sha256);
}
