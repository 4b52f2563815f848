using DebugRelay.Endurance.Faults;

namespace DebugRelay.Endurance.Chaos;

/// <summary>Something that befalls a host while it is used.</summary>
/// <param name="Name">As `--only` and the table have it.</param>
/// <param name="PlayAsync">
/// Lets it happen and mends what an operator would mend (starts what has ended, frees what was stopped). It throws where the host did not do what it must
/// while the fault lasted.
/// </param>
internal sealed record Fault(string Name, Func<Round, Task> PlayAsync)
{
    public static IReadOnlyList<Fault> All { get; } =
        [.. ClientFaults.All, .. TargetFaults.All, .. HostFaults.All, .. DiskFaults.All, .. DescriptorFaults.All, .. TrustFaults.All, .. NetworkFaults.All, .. LyingTargets.All];

    /// <summary>The faults in an order drawn from a seed, without end: each comes once before any comes again.</summary>
    public static IEnumerable<Fault> Draw(IReadOnlyList<Fault> faults, int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            Fault[] deck = [.. faults];
            random.Shuffle(deck);
            foreach (Fault fault in deck)
                yield return fault;
        }
    }
}

/// <summary>This machine does not allow what the fault needs.</summary>
internal sealed class CannotPlayException(string message) : Exception(message);
