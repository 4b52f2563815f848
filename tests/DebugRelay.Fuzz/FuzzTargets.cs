namespace DebugRelay.Fuzz;

/// <summary>All that is fuzzed, by name.</summary>
internal static class FuzzTargets
{
    private static readonly Func<FuzzTarget>[] All = [() => new ControlTarget(), () => new FramesTarget(), () => new NetTraceTarget()];

    public static IEnumerable<string> Names => All.Select(make => make().Name);

    public static FuzzTarget? Find(string name) => All.Select(make => make()).FirstOrDefault(target => target.Name == name);
}
