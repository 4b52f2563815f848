namespace DebugRelay.Cli.ViewModels;

/// <summary>One line of text that is being written.</summary>
internal sealed class TextInput(string text = "", int longest = 200)
{
    public string Text { get; private set; } = text;

    /// <summary>Where the next character goes: 0 to the text's length.</summary>
    public int Cursor { get; private set; } = text.Length;

    /// <returns>False where the key is none of an editor's.</returns>
    public bool OnKey(string key)
    {
        switch (key)
        {
            case "Backspace" when Cursor > 0:
                Replace(Cursor - 1, Cursor, "");
                return true;
            case "Delete" when Cursor < Text.Length:
                Replace(Cursor, Cursor + 1, "");
                return true;
            case "Backspace" or "Delete":
                return true;
            case "Left":
                Cursor = Math.Max(0, Cursor - 1);
                return true;
            case "Right":
                Cursor = Math.Min(Text.Length, Cursor + 1);
                return true;
            case "Home" or "Ctrl+A":
                Cursor = 0;
                return true;
            case "End" or "Ctrl+E":
                Cursor = Text.Length;
                return true;
            case "Ctrl+U":
                Replace(0, Cursor, "");
                return true;
            case "Ctrl+W":
                Replace(Text.AsSpan(0, Cursor).TrimEnd().LastIndexOf(' ') + 1, Cursor, "");
                return true;
            case "Space":
                Replace(Cursor, Cursor, " ");
                return true;
            default:
                return Write(key);
        }
    }

    private bool Write(string key)
    {
        bool isCharacter = key.Length == 1 || (key.Length == 2 && char.IsSurrogatePair(key, 0));
        if (!isCharacter || char.IsControl(key[0]))
            return false;
        Replace(Cursor, Cursor, key);
        return true;
    }

    private void Replace(int from, int to, string by)
    {
        if (Text.Length - (to - from) + by.Length > longest)
            return;
        Text = string.Concat(Text.AsSpan(0, from), by, Text.AsSpan(to));
        Cursor = from + by.Length;
    }
}
