using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Audit.Files;

/// <summary>Volumes by who has them where the runtime puts its diagnostics socket.</summary>
internal sealed class SharedFolders
{
    private readonly List<(string Volume, string Container, Place Place, bool IsDotNet)> _mounts = [];

    /// <summary>Takes a mount; those that are no volume, or are elsewhere, do not matter.</summary>
    public void Add(string volume, string path, string container, Place place, bool isDotNet, string? temporaryFolder = null)
    {
        string folder = path.TrimEnd('/');
        bool matters = folder is "/tmp" or "/diag" or "/diagnostics" || folder == temporaryFolder?.TrimEnd('/');
        if (volume.Length > 0 && matters)
            _mounts.Add((volume, container, place, isDotNet));
    }

    /// <summary>The volumes that two containers share, one of them a .NET one.</summary>
    public IEnumerable<Surface> Judge() => _mounts.GroupBy(m => m.Volume)
        .Where(g => g.Select(m => m.Container).Distinct().Count() > 1 && g.Any(m => m.IsDotNet))
        .Select(g => Surface.Of("DBG404", g.First().Place, $"{string.Join(" and ", g.Select(m => m.Container).Distinct())} share the volume {g.Key} where diagnostics sockets lie"));
}
