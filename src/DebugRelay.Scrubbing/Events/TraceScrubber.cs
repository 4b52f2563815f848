using System.IO.Pipelines;
using DebugRelay.NetTrace;
using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Events;

/// <summary>How a trace was rewritten, and what was masked in it.</summary>
public sealed record ScrubResult(RewriteSummary Summary, ScrubReport Report);

/// <summary>
/// Scrubs a nettrace stream event by event. All strings of one event are judged together: a value that is masked because of its key in one of them
/// is masked in the others too. Used by one stream at a time.
/// </summary>
public sealed class TraceScrubber : ITraceFilter
{
    private const string PrivateProviders = "Private.";
    private const string BytesRule = "bytes";
    private const string NumberRule = "number";
    private const string PrivateProviderRule = "private-provider";

    private readonly ScrubProfile _profile;
    private readonly TextScrubber _text;
    private readonly Dictionary<EventType, FieldPlan[]> _plans = [];
    private readonly List<int> _masked = [];

    /// <summary>A scrubber for one stream.</summary>
    public TraceScrubber(ScrubProfile profile)
    {
        _profile = profile;
        _text = new TextScrubber(profile);
    }

    /// <summary>The counts so far, by rule and provider.</summary>
    public ScrubReport Report => _text.Report();

    /// <summary>Scrubs a stream from end to end. Neither pipe is completed. Bad input ends the output in order and is told in the summary.</summary>
    /// <param name="input">The nettrace stream as it comes from the runtime.</param>
    /// <param name="output">Where the scrubbed stream goes.</param>
    /// <param name="profile">What to mask; <see cref="ScrubProfile.None"/> copies byte for byte.</param>
    /// <param name="isOverloaded">While it says yes, whole blocks of events are left out and counted; see <see cref="NetTraceRewriter"/>.</param>
    /// <param name="cancellationToken">Abandons the work: no end tag is written.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<ScrubResult> ScrubAsync(
        PipeReader input, PipeWriter output, ScrubProfile profile, Func<bool>? isOverloaded = null, CancellationToken cancellationToken = default)
    {
        var scrubber = new TraceScrubber(profile);
        var summary = await NetTraceRewriter.RewriteAsync(input, output, scrubber, isOverloaded: isOverloaded, cancellationToken: cancellationToken);
        return new ScrubResult(summary, scrubber.Report);
    }

    /// <inheritdoc/>
    public EventAction Plan(EventType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (_profile.DropsPrivateProviders && type.Provider.StartsWith(PrivateProviders, StringComparison.OrdinalIgnoreCase))
        {
            _text.Count(type.Provider, PrivateProviderRule);
            return EventAction.Drop;
        }

        if (_profile.IsNone)
        {
            return EventAction.Keep;
        }

        // Visit also where there is no string: only then is the payload held against its schema.
        _plans[type] = FieldPlan.Of(type);
        return EventAction.Visit;
    }

    /// <inheritdoc/>
    public EventAction Visit(EventType type, ref EventFields fields)
    {
        ArgumentNullException.ThrowIfNull(type);
        var plans = _plans[type];
        _text.ForgetRedacted();
        _masked.Clear();
        Walk(type, plans, ref fields, siblings: false);
        if (_text.RedactedByKey.Count > 0)
        {
            Walk(type, plans, ref fields, siblings: true);
        }

        return EventAction.Keep;
    }

    /// <inheritdoc/>
    public string VisitText(StreamText place, string name, string text)
    {
        if (MetadataNames.IsName(place))
        {
            return _text.TryScrub(text, MetadataNames.KindOf(text), place.ToString(), out var masked) ? masked.ToString() : text;
        }

        if (_profile.IsNone)
        {
            return text;
        }

        // A value under a secret name is masked whatever it holds; the rest is searched like any text.
        if (SecretKeys.Classify(name) is not { } rule || Placeholders.Is(text))
        {
            return _text.Scrub(text, place.ToString());
        }

        _text.Count(place.ToString(), rule.Name);
        return rule.Mask;
    }

    /// <summary>Values come in payload order, as the plans are; an array goes back to its first field for each element.</summary>
    private void Walk(EventType type, FieldPlan[] plans, ref EventFields fields, bool siblings)
    {
        var next = 0;
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            while (!ReferenceEquals(plans[next].Field, field))
            {
                next = (next + 1) % plans.Length;
            }

            if (!siblings)
            {
                VisitValue(type, plans[next], ref fields, i);
            }
            else if (field.Kind == EventFieldKind.Text && !_masked.Contains(i))
            {
                VisitSibling(type, plans[next], ref fields, i);
            }
        }

        foreach (var plan in plans)
        {
            plan.Last = -1;
        }
    }

    private void VisitValue(EventType type, FieldPlan plan, ref EventFields fields, int i)
    {
        plan.Last = i;
        switch (plan.Field.Kind)
        {
            case EventFieldKind.Text:
                VisitText(type, plan, ref fields, i);
                break;
            case EventFieldKind.Bytes when _profile.BlanksBytes:
                BlankValue(type, ref fields, i, BytesRule);
                break;
            case EventFieldKind.Fixed when plan.NameRule is not null:
                BlankValue(type, ref fields, i, NumberRule);
                break;
        }
    }

    private void VisitText(EventType type, FieldPlan plan, ref EventFields fields, int i)
    {
        var text = fields.Text(i);
        if (KeyRule(plan, ref fields) is { } rule && !Placeholders.Is(text))
        {
            _text.NoteRedacted(text, rule);
            _text.Count(type.Provider, rule.Name);
            _masked.Add(i);
            fields.Replace(i, rule.Mask);
        }
        else if (_text.TryScrub(text, plan.Kind, type.Provider, out var scrubbed))
        {
            fields.Replace(i, scrubbed);
        }
    }

    private static Rule? KeyRule(FieldPlan plan, ref EventFields fields) =>
        plan.NameRule ?? (plan.Key is { Last: >= 0 } key ? SecretKeys.Classify(fields.Text(key.Last)) : null);

    private void VisitSibling(EventType type, FieldPlan plan, ref EventFields fields, int i)
    {
        if (_text.TryScrubSibling(fields.Text(i), plan.Kind, type.Provider, out var scrubbed))
        {
            fields.Replace(i, scrubbed);
        }
    }

    private void BlankValue(EventType type, ref EventFields fields, int i, string rule)
    {
        if (!fields.Bytes(i).IsEmpty)
        {
            _text.Count(type.Provider, rule);
            fields.Blank(i);
        }
    }
}
