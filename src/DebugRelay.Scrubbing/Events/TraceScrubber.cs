using System.IO.Pipelines;
using DebugRelay.NetTrace;
using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Events;

/// <summary>How a trace was rewritten, and what was masked in it.</summary>
public sealed record ScrubResult(RewriteSummary Summary, ScrubReport Report);

/// <summary>
/// Scrubs a nettrace stream event by event. All strings of one event are judged together: a value that is masked because of its key or by a rule in
/// one of them is masked in the others too. Used by one stream at a time.
/// </summary>
public sealed class TraceScrubber : ITraceFilter, IDisposable
{
    private readonly ScrubProfile _profile;
    private readonly TextScrubber _text;
    private readonly ByteSearch _bytes;
    private readonly List<int> _masked = [];

    /// <summary>A scrubber for one stream.</summary>
    /// <param name="profile">What to look for and what to do with it.</param>
    /// <param name="key">The session's key for pseudonyms; one of its own where none is given.</param>
    public TraceScrubber(ScrubProfile profile, PseudonymKey? key = null)
    {
        _profile = profile;
        _text = new TextScrubber(profile, key);
        _bytes = new ByteSearch(_text);
    }

    /// <summary>The counts so far, by rule and provider.</summary>
    public ScrubReport Report => _text.Report();

    /// <summary>Scrubs a stream from end to end. Neither pipe is completed. Bad input ends the output in order and is told in the summary.</summary>
    /// <param name="input">The nettrace stream as it comes from the runtime.</param>
    /// <param name="output">Where the scrubbed stream goes.</param>
    /// <param name="profile">What to mask; <see cref="ScrubProfile.None"/> copies byte for byte.</param>
    /// <param name="isOverloaded">While it says yes, whole blocks of events are left out and counted; see <see cref="NetTraceRewriter"/>.</param>
    /// <param name="key">The session's key for pseudonyms; one of its own where none is given.</param>
    /// <param name="cancellationToken">Abandons the work: no end tag is written.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<ScrubResult> ScrubAsync(
        PipeReader input, PipeWriter output, ScrubProfile profile, Func<bool>? isOverloaded = null, PseudonymKey? key = null, CancellationToken cancellationToken = default)
    {
        using var scrubber = new TraceScrubber(profile, key);
        var summary = await NetTraceRewriter.RewriteAsync(input, output, scrubber, isOverloaded: isOverloaded, cancellationToken: cancellationToken);
        return new ScrubResult(summary, scrubber.Report);
    }

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    /// <inheritdoc/>
    public EventAction Plan(EventType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (_profile.IsNone)
        {
            return EventAction.Keep;
        }

        if (_profile.DropsProvider(type.Provider))
        {
            return Drop(type, FieldRules.PrivateProvider);
        }

        if (_profile.EventRule(type.Provider, type.Name, type.EventId) is { } dropping)
        {
            return Drop(type, dropping.Rule.Name);
        }

        // Visit also where there is no string: only then is the payload held against its schema.
        type.FilterState = FieldPlan.Of(type, _profile);
        return EventAction.Visit;
    }

    /// <inheritdoc/>
    public EventAction Visit(EventType type, ref EventFields fields)
    {
        ArgumentNullException.ThrowIfNull(type);
        var plans = (FieldPlan[])type.FilterState!;
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
    public EventAction VisitUnread(EventType type, BlankReason reason)
    {
        ArgumentNullException.ThrowIfNull(type);
        _text.Count(type.Provider, FieldRules.UnreadEvent);
        return _profile.DropsUnknownLayouts ? EventAction.Drop : EventAction.Blank;
    }

    /// <inheritdoc/>
    public void NoteDropped(EventType type, DropReason reason)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (reason == DropReason.PayloadTooLarge)
        {
            _text.Count(type.Provider, FieldRules.OversizeEvent);
        }
        else if (type.FilterState is string rule)
        {
            _text.Count(type.Provider, rule);
        }
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

        if (_profile.MasksOtherText && place != StreamText.Key)
        {
            return text.Length == 0 ? text : _text.ReplaceAll(text, FieldRules.Unlisted, place.ToString()).ToString();
        }

        // A value under a secret name is masked whatever it holds; the rest is searched like any text.
        return _profile.SecretRuleOf(name) is not { } rule || Placeholders.Is(text)
            ? _text.Scrub(text, place.ToString())
            : _text.ReplaceAll(text, rule, place.ToString()).ToString();
    }

    private static EventAction Drop(EventType type, string rule)
    {
        type.FilterState = rule;
        return EventAction.Drop;
    }

    private void Walk(EventType type, FieldPlan[] plans, ref EventFields fields, bool siblings)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var plan = plans[fields.FieldIndex(i)];
            if (!siblings && plan.IsOnlySearched)
            {
                SearchText(type, plan, ref fields, i);
            }
            else if (!siblings)
            {
                VisitValue(type, plan, ref fields, i);
            }
            else if (plan.Field.Kind == EventFieldKind.Text && plan.Judgement.IsSearched && !_masked.Contains(i))
            {
                VisitSibling(type, plan, ref fields, i);
            }
        }

        foreach (var plan in plans)
        {
            plan.Last = -1;
        }
    }

    /// <summary>The way of nearly all texts: nothing happens to them but what the detectors find.</summary>
    private void SearchText(EventType type, FieldPlan plan, ref EventFields fields, int i)
    {
        plan.Last = i;
        if (_text.TryScrub(fields.Text(i), plan.Judgement.TextKind, type.Provider, out var scrubbed))
        {
            fields.Replace(i, scrubbed);
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
            case EventFieldKind.Bytes when TakesOutBytes(type, plan.Judgement, fields.Bytes(i)):
            case EventFieldKind.Fixed when !plan.Judgement.Keeps || plan.Judgement.NameRule is not null:
                BlankValue(type, plan, ref fields, i);
                break;
        }
    }

    private bool TakesOutBytes(EventType type, FieldJudgement judgement, ReadOnlySpan<byte> bytes) =>
        !judgement.Keeps || (judgement.IsSearched && _bytes.HoldsFinding(bytes, type.Provider));

    private void VisitText(EventType type, FieldPlan plan, ref EventFields fields, int i)
    {
        var text = fields.Text(i);
        var keyRule = plan.Key is { Last: >= 0 } key ? _profile.SecretRuleOf(fields.Text(key.Last)) : null;
        if (plan.Judgement.TakesOut(text, keyRule) is { } rule)
        {
            TakeOut(type, rule, isKnown: rule != FieldRules.Unlisted, text, ref fields, i);
        }
        else
        {
            KeepText(type, plan.Judgement, text, ref fields, i);
        }
    }

    /// <summary>A value goes as a whole. Where its field is known to hold what must not pass, the event's other fields are searched for it.</summary>
    private void TakeOut(EventType type, Rule rule, bool isKnown, ReadOnlySpan<char> text, ref EventFields fields, int i)
    {
        _masked.Add(i);
        if (text.IsEmpty)
        {
            return;
        }

        rule = _text.IsGuessable(text, rule) ? FieldRules.Guessable : rule;
        if (isKnown)
        {
            _text.NoteRedacted(text, rule);
        }

        fields.Replace(i, _text.ReplaceAll(text, rule, type.Provider));
    }

    private void KeepText(EventType type, FieldJudgement judgement, ReadOnlySpan<char> text, ref EventFields fields, int i)
    {
        if (_text.TryKeep(text, judgement, type.Provider, out var kept))
        {
            fields.Replace(i, kept);
        }
    }

    private void VisitSibling(EventType type, FieldPlan plan, ref EventFields fields, int i)
    {
        if (_text.TryScrubSibling(fields.Text(i), plan.Judgement.TextKind, type.Provider, out var scrubbed))
        {
            fields.Replace(i, plan.Judgement.Treatment.Cut(scrubbed));
        }
    }

    private void BlankValue(EventType type, FieldPlan plan, ref EventFields fields, int i)
    {
        if (!fields.Bytes(i).IsEmpty)
        {
            var rule = plan.Judgement is { By: not null, Keeps: false } judgement ? judgement.Rule : plan.Field.Kind == EventFieldKind.Bytes ? FieldRules.Bytes : FieldRules.Number;
            _text.Count(type.Provider, rule.Name);
            fields.Blank(i);
        }
    }
}
