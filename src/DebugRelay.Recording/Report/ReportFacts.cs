namespace DebugRelay.Recording;

/// <summary>What a report is made of.</summary>
/// <param name="Session">The story.</param>
/// <param name="Verdict">What verification found.</param>
/// <param name="Volume">How much was delivered when.</param>
/// <param name="Reviews">The reviews that were found.</param>
/// <param name="Checks">The commands with which a reader verifies it himself, each with a word on what it shows.</param>
/// <param name="Made">When the report was made.</param>
/// <param name="Version">Name and version of the program that made it.</param>
public sealed record ReportFacts(
    RecordedSession Session,
    Verdict Verdict,
    IReadOnlyList<VolumeSpan> Volume,
    IReadOnlyList<ReportReview> Reviews,
    IReadOnlyList<ReportCheck> Checks,
    DateTimeOffset Made,
    string Version);

/// <summary>A review, for the report.</summary>
/// <param name="Reviewer">Who signed; a sentence on what is wrong where <paramref name="Holds"/> is false.</param>
/// <param name="Holds">Whether signature, certificate and content hold.</param>
/// <param name="Time">When, by the reviewer's clock; null where it could not be read.</param>
/// <param name="Comment">His words.</param>
public sealed record ReportReview(string Reviewer, bool Holds, DateTimeOffset? Time, string? Comment);

/// <summary>A command of the report's last section.</summary>
/// <param name="Shows">What it shows.</param>
/// <param name="Command">The command line.</param>
public sealed record ReportCheck(string Shows, string Command);
