namespace DebugRelay.Cli.Text;

/// <summary>Tables by name, for every start of the client: the sorted collections would be compiled anew each time, for 2 of the 50 ms that a help text may take.</summary>
internal static class Sorted
{
    /// <summary>A table's names, by their code units.</summary>
    public static string[] Names<T>(Dictionary<string, T> table)
        where T : class
    {
        string[] names = [.. table.Keys];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }
}
