using System.Text;
using System.Text.RegularExpressions;

namespace DebugRelay.Audit.Formats;

/// <summary>An instruction of a Dockerfile: its name in capitals, its arguments with variables filled in, its line from 1.</summary>
internal sealed record DockerInstruction(string Name, string Arguments, int Line)
{
    /// <summary>The words of the exec form (`["a", "b"]`), or of the shell form.</summary>
    public IReadOnlyList<string> Words() => Arguments.StartsWith('[') && ExecForm() is { } words ? words : ShellScript.Words(Arguments);

    /// <summary>The value of a flag, `--from=build`; null where it is not there.</summary>
    public string? Flag(string name) => ShellScript.Words(Arguments).FirstOrDefault(w => w.StartsWith($"--{name}=", StringComparison.Ordinal))?[(name.Length + 3)..];

    private List<string>? ExecForm()
    {
        try
        {
            using var json = System.Text.Json.JsonDocument.Parse(Arguments.Replace("\\\n", " ", StringComparison.Ordinal));
            return [.. json.RootElement.EnumerateArray().Select(e => e.GetString() ?? "")];
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>A stage: what it is made from and what is done in it.</summary>
/// <param name="Name">What other stages call it: its alias, or its number.</param>
/// <param name="Image">The image or the stage that it begins with, variables filled in.</param>
/// <param name="Line">The line of its FROM.</param>
internal sealed record DockerStage(string Name, string Image, int Line)
{
    /// <summary>What is done, in order.</summary>
    public List<DockerInstruction> Instructions { get; } = [];

    /// <summary>The stage that it begins with; null where that is an image from elsewhere.</summary>
    public DockerStage? Base { get; init; }

    /// <summary>This stage and those it begins with, the first before the last.</summary>
    public IEnumerable<DockerStage> Chain() => Base is null ? [this] : [.. Base.Chain(), this];

    /// <summary>The image that its chain begins with.</summary>
    public string RootImage => Base?.RootImage ?? Image;
}

/// <summary>A Dockerfile: stages with their arguments and aliases resolved.</summary>
internal sealed partial class Dockerfile
{
    private readonly Dictionary<string, string> _arguments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    /// <summary>The stages in order; the last is what is shipped.</summary>
    public List<DockerStage> Stages { get; } = [];

    /// <summary>Parses a text; what is no instruction is left out.</summary>
    public static Dockerfile Parse(string text)
    {
        var file = new Dockerfile();
        foreach (DockerInstruction instruction in Instructions(text))
            file.Add(instruction);
        return file;
    }

    /// <summary>The stage of a name or number; null where it is an image from elsewhere.</summary>
    public DockerStage? Find(string name)
        => Stages.LastOrDefault(s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? (int.TryParse(name, out int index) && index >= 0 && index < Stages.Count ? Stages[index] : null);

    private void Add(DockerInstruction raw)
    {
        DockerInstruction instruction = raw with { Arguments = raw.Name is "RUN" or "CMD" or "ENTRYPOINT" ? raw.Arguments : Resolve(raw.Arguments) };
        if (raw.Name == "FROM")
        {
            string[] words = [.. Resolve(raw.Arguments).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(w => !w.StartsWith("--", StringComparison.Ordinal))];
            string image = words.Length > 0 ? words[0] : "";
            string name = words is [_, var keyword, var alias, ..] && keyword.Equals("as", StringComparison.OrdinalIgnoreCase) ? alias : Stages.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Stages.Add(new DockerStage(name, image, raw.Line) { Base = Find(image) });
            _variables.Clear();
            return;
        }
        if (raw.Name == "ARG")
            Argument(instruction.Arguments);
        if (raw.Name == "ENV")
        {
            foreach ((string name, string value) in Pairs(instruction.Arguments))
                _variables[name] = value;
        }
        if (Stages.Count > 0)
            Stages[^1].Instructions.Add(instruction);
    }

    private void Argument(string text)
    {
        (string name, string? value) = text.Split('=', 2) is [var n, var v] ? (n.Trim(), v.Trim().Trim('"', '\'')) : (text.Trim(), null);
        if (Stages.Count == 0)
            _arguments[name] = value ?? "";
        else
            _variables[name] = value ?? _arguments.GetValueOrDefault(name) ?? "";
    }

    /// <summary>The pairs of `ENV a=b c="d e"` and of the old `ENV a b`.</summary>
    public static IEnumerable<(string Name, string Value)> Pairs(string arguments)
    {
        IReadOnlyList<string> words = ShellScript.Words(arguments);
        if (words.Count > 0 && !words[0].Contains('=', StringComparison.Ordinal))
            return [(words[0], string.Join(' ', words.Skip(1)))];
        return words.Select(w => w.Split('=', 2)).Where(p => p.Length == 2).Select(p => (p[0], p[1]));
    }

    private string Resolve(string text) => Variable().Replace(text, match =>
    {
        string name = match.Groups["name"].Value;
        string? value = _variables.GetValueOrDefault(name) ?? _arguments.GetValueOrDefault(name);
        if (match.Groups["default"] is { Success: true } fallback && string.IsNullOrEmpty(value))
            return fallback.Value;
        return string.IsNullOrEmpty(value) ? match.Value : value;
    });

    private static IEnumerable<DockerInstruction> Instructions(string text)
    {
        string[] lines = text.Split('\n');
        char escape = lines.Take(3).Any(l => EscapeDirective().IsMatch(l)) ? '`' : '\\';
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#' || Keyword().Match(line) is not { Success: true } keyword)
                continue;
            int start = i + 1;
            var arguments = new StringBuilder(line[keyword.Length..].Trim());
            while (arguments.Length > 0 && arguments[^1] == escape && i + 1 < lines.Length)
            {
                // Kept for the shell's words in its own notation: a continued line, which is counted and nothing else.
                arguments.Length--;
                i++;
                string next = lines[i].Trim();
                arguments.Append("\\\n");
                // Comments and empty lines within an instruction are no part of it.
                arguments.Append(next.Length == 0 || next[0] == '#' ? escape.ToString() : next);
            }
            if (HereDocument().Match(arguments.ToString()) is { Success: true } here)
            {
                arguments.Clear();
                while (++i < lines.Length && lines[i].Trim() != here.Groups["end"].Value)
                    arguments.Append(lines[i].TrimEnd('\r')).Append('\n');
                start++;
            }
            yield return new DockerInstruction(keyword.Groups[1].Value.ToUpperInvariant(), arguments.ToString().Trim(), start);
        }
    }

    [GeneratedRegex(@"^([A-Za-z]+)\s+")]
    private static partial Regex Keyword();

    [GeneratedRegex(@"^#\s*escape\s*=\s*`", RegexOptions.IgnoreCase)]
    private static partial Regex EscapeDirective();

    [GeneratedRegex(@"^<<-?[""']?(?<end>\w+)[""']?")]
    private static partial Regex HereDocument();

    [GeneratedRegex(@"\$(?:\{(?<name>\w+)(?::-(?<default>[^}]*))?\}|(?<name>\w+))")]
    private static partial Regex Variable();
}
