using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace DebugRelay.Scrubbing.Profiles;

/// <summary>One value of a profile's JSON, which knows where it stood, so that an error can say so.</summary>
internal sealed class ProfileNode(JsonValueKind kind, string path, int line)
{
    private readonly HashSet<string> _taken = [];

    public int Line { get; } = line;

    /// <summary>A string's text, or a number as it was written.</summary>
    public string Text { get; init; } = "";

    public IReadOnlyList<ProfileNode> Items { get; init; } = [];

    /// <summary>In the order of the document; the names are distinct.</summary>
    public IReadOnlyList<KeyValuePair<string, ProfileNode>> Members { get; init; } = [];

    public bool IsText => kind == JsonValueKind.String;

    public ScrubProfileException Error(string problem) => new($"{path} (line {Line}): {problem}");

    /// <summary>A member by its name; what nobody took is an error in <see cref="End"/>.</summary>
    public bool TryTake(string name, [NotNullWhen(true)] out ProfileNode? member)
    {
        _taken.Add(name);
        member = AsMembers().FirstOrDefault(m => m.Key == name).Value;
        return member is not null;
    }

    public ProfileNode Take(string name) => TryTake(name, out var member) ? member : throw Error($"\"{name}\" is missing");

    public void End()
    {
        foreach (var (name, member) in Members)
        {
            if (!_taken.Contains(name))
            {
                throw member.Error($"unknown key; known here: {string.Join(", ", _taken.Order(StringComparer.Ordinal))}");
            }
        }
    }

    public IReadOnlyList<KeyValuePair<string, ProfileNode>> AsMembers() => Expect(JsonValueKind.Object, "an object").Members;

    public IReadOnlyList<ProfileNode> AsItems() => Expect(JsonValueKind.Array, "an array").Items;

    public bool AsBoolean() => kind is JsonValueKind.True or JsonValueKind.False ? kind == JsonValueKind.True : throw Error("must be true or false");

    /// <summary>A string of 1 to <paramref name="maximum"/> characters.</summary>
    public string AsText(int maximum)
    {
        var text = Expect(JsonValueKind.String, "a string").Text;
        return text.Length == 0 ? throw Error("must not be empty")
            : text.Length > maximum ? throw Error($"is longer than {maximum} characters")
            : text;
    }

    /// <summary>One of a few words: answers what it stands for.</summary>
    public T AsWord<T>(params ReadOnlySpan<(string Word, T Value)> words)
    {
        var text = Expect(JsonValueKind.String, "a string").Text;
        var known = "";
        foreach (var (word, value) in words)
        {
            if (text == word)
            {
                return value;
            }

            known += (known.Length > 0 ? ", " : "") + word;
        }

        throw Error($"must be one of {known}");
    }

    public int AsInteger(int minimum, int maximum)
    {
        var text = Expect(JsonValueKind.Number, "a number").Text;
        return int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            && number >= minimum && number <= maximum
            ? number
            : throw Error($"must be a whole number from {minimum} to {maximum}");
    }

    private ProfileNode Expect(JsonValueKind expected, string name) => kind == expected ? this : throw Error($"must be {name}");
}
