using DebugRelay.Recording;

namespace DebugRelay.Cli.ViewModels;

/// <summary>The recordings that lie on this machine.</summary>
internal interface IRecordingLibrary
{
    /// <summary>Their folder.</summary>
    string Folder { get; }

    /// <summary>All of them, newest first; one that cannot be read has a problem instead.</summary>
    IReadOnlyList<LibraryEntry> List();

    /// <summary>Whether a recording can be believed; null where no CA is given.</summary>
    Verdict? Verify(string session);

    /// <summary>Bytes delivered over time.</summary>
    IReadOnlyList<VolumeSpan> Volume(string session);

    /// <summary>What happened, in its order: entries, and the events that the engineer saw.</summary>
    IAsyncEnumerable<ReplayedLine> ReplayAsync(string session, CancellationToken cancellation);

    /// <summary>Writes the report.</summary>
    /// <returns>The page's path.</returns>
    Task<string> ReportAsync(string session, CancellationToken cancellation);

    /// <summary>Signs a review with our certificate's key.</summary>
    /// <returns>One line.</returns>
    Task<string> ReviewAsync(string session, string comment, CancellationToken cancellation);
}

/// <summary>A recording of the library.</summary>
/// <param name="Session">The session's id.</param>
/// <param name="Story">What it tells; null where it cannot be read.</param>
/// <param name="Problem">Why not; null where it can.</param>
/// <param name="ReviewedBy">Whose reviews count.</param>
internal sealed record LibraryEntry(string Session, RecordedSession? Story, string? Problem, IReadOnlyList<string> ReviewedBy);

/// <summary>One thing that happened.</summary>
/// <param name="Time">UTC.</param>
/// <param name="Text">One line.</param>
internal sealed record ReplayedLine(DateTime Time, string Text);
