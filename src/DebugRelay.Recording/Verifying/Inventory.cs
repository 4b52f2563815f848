namespace DebugRelay.Recording;

/// <summary>Which files lie in a recording's folder. Only names and kinds are looked at here.</summary>
internal sealed class Inventory
{
    private readonly string _path;

    private Inventory(string path) => _path = path;

    /// <summary>How many segments have a checkpoint, from 0000 on without a gap.</summary>
    public int Sealed { get; private set; }

    /// <summary>A file of the segment after the last checkpoint, as a crash leaves it; null if there is none.</summary>
    public string? Unsealed { get; private set; }

    /// <summary>The names in <c>streams/</c>, in order.</summary>
    public IReadOnlyList<string> Streams { get; private set; } = [];

    public string? Problem { get; private set; }

    public static Inventory Read(string path)
    {
        var inventory = new Inventory(path);
        while (inventory.Has(Names.Segment(inventory.Sealed, Names.Checkpoint)))
            inventory.Sealed++;
        inventory.Problem = inventory.CheckFiles() ?? inventory.CheckStreams();
        return inventory;
    }

    public bool Has(string name) => File.Exists(Path.Combine(_path, name));

    private string? CheckFiles()
    {
        foreach (var entry in Entries(_path))
        {
            var isFolder = entry.Name == Names.Streams;
            if (isFolder ? entry is not DirectoryInfo || entry.LinkTarget is not null : !Disk.IsRegularFile(entry.FullName))
                return $"{Shown(entry.Name)} is not a regular {(isFolder ? "folder" : "file")}";
            if (!isFolder && entry.Name != Names.Chain && !Names.IsAfterthought(entry.Name) && CheckSegmentFile(entry.Name) is { } problem)
                return problem;
        }

        return null;
    }

    private string? CheckSegmentFile(string name)
    {
        if (!Names.TryParseSegment(name, out var index, out var extension))
            return $"{Shown(name)} does not belong to a recording";
        var isPart = Names.Sealed.Contains(extension);
        if (index < Sealed ? !isPart && extension != Names.Checkpoint : !isPart && extension is not (Names.Checkpoint or Names.UnfinishedCheckpoint))
            return $"{Shown(name)} does not belong to a recording";
        if (index > Sealed)
            return $"{Names.Segment(Sealed, Names.Checkpoint)} is missing, but {name} is there";
        if (index == Sealed)
            Unsealed ??= name;
        return null;
    }

    private string? CheckStreams()
    {
        var folder = Path.Combine(_path, Names.Streams);
        if (!Directory.Exists(folder))
            return null;
        var names = new List<string>();
        foreach (var entry in Entries(folder))
        {
            if (!Disk.IsRegularFile(entry.FullName))
                return $"streams/{Shown(entry.Name)} is not a regular file";
            if (!Names.IsValid(entry.Name))
                return "streams/(odd name) does not belong to a recording";
            names.Add(entry.Name);
        }

        Streams = names;
        return null;
    }

    public static IOrderedEnumerable<FileSystemInfo> Entries(string folder) =>
        new DirectoryInfo(folder).EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })
            .OrderBy(entry => entry.Name, StringComparer.Ordinal);

    /// <summary>A stranger's file name may hold a terminal's commands: it is not shown then.</summary>
    public static string Shown(string name) => Names.IsValid(name) ? name : "(odd name)";
}
