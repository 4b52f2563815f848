using System.Text.Json;

namespace DebugRelay.Policy.Json;

/// <summary>One value of a parsed document, which knows where it stood so that an error can say so.</summary>
internal sealed class StrictValue(JsonValueKind kind, string path, int line)
{
    public JsonValueKind Kind { get; } = kind;
    public string Path { get; } = path;
    public int Line { get; } = line;

    /// <summary>The string's text, or the number as it was written.</summary>
    public string Text { get; init; } = "";

    public IReadOnlyList<StrictValue> Items { get; init; } = [];

    /// <summary>In the order of the document; names are distinct.</summary>
    public IReadOnlyList<KeyValuePair<string, StrictValue>> Members { get; init; } = [];

    public DocumentException Error(string problem) => new(Path, Line, problem);

    public ObjectReader AsObject() => new(Expect(JsonValueKind.Object, "an object"));

    public IReadOnlyList<KeyValuePair<string, StrictValue>> AsMap() => Expect(JsonValueKind.Object, "an object").Members;

    public IReadOnlyList<StrictValue> AsArray() => Expect(JsonValueKind.Array, "an array").Items;

    public bool AsBoolean() => Kind is JsonValueKind.True or JsonValueKind.False ? Kind == JsonValueKind.True : throw Error("must be true or false");

    /// <summary>A string of 1 to <paramref name="maximum"/> characters without control characters.</summary>
    public string AsText(int maximum) => AsText(maximum, char.IsControl);

    /// <summary>As <see cref="AsText(int)"/>, of one line or more.</summary>
    public string AsLines(int maximum) => AsText(maximum, c => char.IsControl(c) && c is not ('\r' or '\n'));

    /// <summary>As <see cref="AsLines"/>, for a whole file inside a document: tabs too.</summary>
    public string AsFile(int maximum) => AsText(maximum, c => char.IsControl(c) && c is not ('\r' or '\n' or '\t'));

    private string AsText(int maximum, Func<char, bool> isForbidden)
    {
        string text = Expect(JsonValueKind.String, "a string").Text;
        if (text.Length == 0) throw Error("must not be empty");
        if (text.Length > maximum) throw Error($"is longer than {maximum} characters");
        if (text.Any(isForbidden)) throw Error("has control characters");
        return text;
    }

    public ulong AsUnsigned(ulong minimum, ulong maximum)
    {
        // Digits only: 1e3 and 1.0 are other spellings of the same number, and one spelling is enough.
        string text = Expect(JsonValueKind.Number, "a number").Text;
        if (text.All(char.IsAsciiDigit) && ulong.TryParse(text, out ulong number) && number >= minimum && number <= maximum) return number;
        throw Error($"must be a whole number from {minimum} to {maximum}");
    }

    public int AsInteger(int minimum, int maximum) => (int)AsUnsigned((ulong)minimum, (ulong)maximum);

    private StrictValue Expect(JsonValueKind expected, string name) => Kind == expected ? this : throw Error($"must be {name}");
}
