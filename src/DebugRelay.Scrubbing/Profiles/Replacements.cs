using System.Collections.Frozen;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Profiles;

/// <summary>Writes what stands in a value's place, as the profile has it for the value's rule.</summary>
internal sealed class Replacements(FrozenDictionary<Rule, Treatment> treatments, PseudonymKey key) : IDisposable
{
    private readonly Pseudonyms _pseudonyms = new(key);

    /// <summary>By the rule's number; null where it is masked.</summary>
    private readonly Treatment?[] _treatments = Table(treatments);

    /// <summary>Whether values of this rule get pseudonyms.</summary>
    public bool IsHashed(Rule rule) => TreatmentOf(rule).Action == ScrubAction.Hash;

    /// <summary>Writes what stands in the place of a value of this rule.</summary>
    public void Write(Rule rule, ReadOnlySpan<char> value, TextBuffer output)
    {
        var treatment = TreatmentOf(rule);
        switch (treatment.Action)
        {
            case ScrubAction.Drop:
                break;
            case ScrubAction.Hash:
                _pseudonyms.Write(rule.Name, value, output);
                break;
            case ScrubAction.Truncate when CutAt(value, treatment.Length) is { } length:
                output.Write(value[..length]);
                output.Write("…");
                break;
            case ScrubAction.Mask when treatment.IsSameLength:
                output.GetSpan(value.Length)[..value.Length].Fill('*');
                output.Advance(value.Length);
                break;
            default:
                output.Write(rule.Mask);
                break;
        }
    }

    private Treatment TreatmentOf(Rule rule) => (rule.Id < _treatments.Length ? _treatments[rule.Id] : null) ?? Treatment.Mask;

    private static Treatment?[] Table(FrozenDictionary<Rule, Treatment> treatments)
    {
        var table = new Treatment?[treatments.Count == 0 ? 0 : treatments.Keys.Max(r => r.Id) + 1];
        foreach (var (rule, treatment) in treatments)
        {
            table[rule.Id] = treatment;
        }

        return table;
    }

    public void Dispose() => _pseudonyms.Dispose();

    /// <summary>Where to cut a finding; null where too little would be gone, or an escape might be cut in two.</summary>
    private static int? CutAt(ReadOnlySpan<char> value, int length)
    {
        if (value.Length < length * 2 || value[..length].ContainsAny('\\', '%'))
        {
            return null;
        }

        return length > 0 && char.IsHighSurrogate(value[length - 1]) ? length - 1 : length;
    }
}
