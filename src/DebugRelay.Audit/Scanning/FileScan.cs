using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Audit.Scanning;

/// <summary>One file that is being judged: its text, what lies around it, and where findings go.</summary>
public sealed class FileScan(SourceText source, string root, bool isStrict, Action<Surface> found)
{
    /// <summary>The file.</summary>
    public SourceText Source => source;

    /// <summary>The file's text.</summary>
    public string Text => source.Text;

    /// <summary>The file's name without its folder.</summary>
    public string Name => source.Path[(source.Path.LastIndexOf('/') + 1)..];

    /// <summary>Whether rules of the strict profile are asked for.</summary>
    public bool IsStrict => isStrict;

    /// <summary>The folder of the file on disk.</summary>
    public string Folder => Path.GetDirectoryName(Path.Combine(root, source.Path))!;

    /// <summary>A place in this file.</summary>
    public Place At(int line) => new(source.Path, Math.Clamp(line, 1, source.LineCount));

    /// <summary>The place of an offset in the text.</summary>
    public Place AtOffset(int offset) => new(source.Path, source.LineOf(Math.Clamp(offset, 0, Text.Length)));

    /// <summary>Reports a finding.</summary>
    public void Add(Surface surface) => found(surface);

    /// <summary>Reports findings.</summary>
    public void Add(IEnumerable<Surface?> surfaces)
    {
        foreach (Surface? surface in surfaces)
        {
            if (surface is not null)
                found(surface);
        }
    }

    /// <summary>Reports a finding of a rule.</summary>
    public void Add(string rule, Place place, string message, DebugRelay.Surfaces.Catalogue.Severity? severity = null)
        => found(Surface.Of(rule, place, message, severity));

    /// <summary>Says that this file, or what follows a line, was not judged.</summary>
    public void Unreadable(string why, int line = 1) => Add("DBG004", At(line), why);

    /// <summary>The text of a file beside this one; null where there is none that can be read.</summary>
    public string? ReadBeside(string name)
    {
        string path = Path.Combine(Folder, name);
        try
        {
            return File.Exists(path) && new FileInfo(path).Length <= Limits.TextBytes ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
