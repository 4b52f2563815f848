using System.IO.Pipelines;
using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Events;

namespace DebugRelay.Worker;

/// <summary>Makes the scrubbers of a session: all with its profile and its key for pseudonyms, each for one job.</summary>
internal sealed class Scrubbers(ScrubProfile profile, PseudonymKey key)
{
    public TextScrubber ForText() => new(profile, key);

    public Task<ScrubResult> ScrubTraceAsync(PipeReader input, PipeWriter output, Func<bool> isOverloaded)
        => TraceScrubber.ScrubAsync(input, output, profile, isOverloaded, key, CancellationToken.None);
}
