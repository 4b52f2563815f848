using System.IO.Enumeration;

namespace DebugRelay.Audit.Scanning;

/// <summary>Finds the files of a tree: links are not followed, and what version control and package managers keep is left out.</summary>
internal sealed class TreeWalker(string root, IReadOnlyList<string> excluded)
{
    private static readonly string[] Skipped = [".git", ".hg", ".svn", "node_modules", ".vs", ".idea", "TestResults"];

    /// <summary>Folders that could not be listed, relative to the root.</summary>
    public List<string> Unlisted { get; } = [];

    /// <summary>All files in a stable order, relative to the root with `/` between folders.</summary>
    public IReadOnlyList<string> Files()
    {
        var files = new List<string>();
        Walk(root, "", files);
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private void Walk(string folder, string prefix, List<string> files)
    {
        List<(string Name, bool IsFolder)> entries;
        try
        {
            entries = [.. new FileSystemEnumerable<(string, bool)>(folder, (ref FileSystemEntry e) => (e.FileName.ToString(), e.IsDirectory),
                new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, RecurseSubdirectories = false, IgnoreInaccessible = false })];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unlisted.Add(prefix.Length == 0 ? "." : prefix.TrimEnd('/'));
            return;
        }
        // What a project builds lies beside it and comes from what is read anyway; a publish folder of that name has no project beside it.
        bool hasProject = entries.Any(e => !e.IsFolder && e.Name.EndsWith("proj", StringComparison.OrdinalIgnoreCase));
        foreach ((string name, bool isFolder) in entries)
        {
            string path = prefix + name;
            if (files.Count >= Limits.Files || excluded.Any(p => FileSystemName.MatchesSimpleExpression(p, path) || FileSystemName.MatchesSimpleExpression(p, path + "/")))
                continue;
            if (!isFolder)
                files.Add(path);
            else if (!Skipped.Contains(name) && !(hasProject && name is "bin" or "obj"))
                Walk(Path.Combine(folder, name), path + "/", files);
        }
    }
}
