using System.Runtime.CompilerServices;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Recording;

namespace DebugRelay.Tests.Cli.Tui.Support;

/// <summary>Recordings as a test wants them.</summary>
internal sealed class ScriptedLibrary : IRecordingLibrary
{
    public string Folder => "recordings";

    public List<LibraryEntry> Entries { get; } = [];

    public Verdict? Verdict { get; set; }

    public List<VolumeSpan> Spans { get; } = [];

    public List<ReplayedLine> Lines { get; } = [];

    public List<string> Reviews { get; } = [];

    public IReadOnlyList<LibraryEntry> List() => Entries;

    public Verdict? Verify(string session) => Verdict;

    public IReadOnlyList<VolumeSpan> Volume(string session) => Spans;

    public async IAsyncEnumerable<ReplayedLine> ReplayAsync(string session, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (ReplayedLine line in Lines)
        {
            await Task.Yield();
            yield return line;
        }
    }

    public Task<string> ReportAsync(string session, CancellationToken cancellation) => Task.FromResult($"{session}.html");

    public Task<string> ReviewAsync(string session, string comment, CancellationToken cancellation)
    {
        Reviews.Add(comment);
        return Task.FromResult("signed");
    }
}
