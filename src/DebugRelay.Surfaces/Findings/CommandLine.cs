namespace DebugRelay.Surfaces.Findings;

/// <summary>What a command line is for.</summary>
public enum CommandUse
{
    /// <summary>What a container, a unit or a process runs.</summary>
    EntryPoint,

    /// <summary>A step in making an image that is shipped.</summary>
    ImageBuild,

    /// <summary>A step of a pipeline.</summary>
    Pipeline,

    /// <summary>A line of a script that somebody may run.</summary>
    Script,
}

/// <summary>A command line, in words.</summary>
/// <param name="Words">The program and its arguments, without quotes.</param>
/// <param name="Use">What it is for.</param>
/// <param name="Place">Where.</param>
public sealed record CommandLine(IReadOnlyList<string> Words, CommandUse Use, Place Place)
{
    /// <summary>The program's name, without its folder; empty where there are no words.</summary>
    public string Program => Words.Count == 0 ? "" : NameOf(Words[0]).ToString();

    /// <summary>Whether a word stands there, in any case.</summary>
    public bool Has(string word) => Words.Any(w => w.Equals(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a word holds a text, in any case.</summary>
    public bool Mentions(string text) => Words.Any(w => w.Contains(text, StringComparison.OrdinalIgnoreCase));

    /// <summary>Where the program of a name stands among the words: first, behind `sudo`, `exec`, `sh -c` or as `dotnet tool`; -1 where it does not.</summary>
    public int IndexOf(string program)
    {
        for (int i = 0; i < Words.Count; i++)
        {
            if (NameOf(Words[i]).Equals(program, StringComparison.OrdinalIgnoreCase))
                return i;
        }
        return -1;
    }

    /// <summary>The values of an option: `--urls X`, `--urls=X`, `-u X`.</summary>
    public IEnumerable<string> ValuesOf(params string[] options)
    {
        for (int i = 0; i < Words.Count; i++)
        {
            foreach (string option in options)
            {
                if (Words[i].Equals(option, StringComparison.OrdinalIgnoreCase) && i + 1 < Words.Count)
                    yield return Words[i + 1];
                else if (Words[i].StartsWith(option + "=", StringComparison.OrdinalIgnoreCase))
                    yield return Words[i][(option.Length + 1)..];
            }
        }
    }

    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> word)
    {
        ReadOnlySpan<char> name = word[(word.LastIndexOfAny('/', '\\') + 1)..];
        return name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name;
    }
}
