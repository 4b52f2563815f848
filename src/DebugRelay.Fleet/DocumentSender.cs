using System.Collections.Concurrent;
using System.Diagnostics;

namespace DebugRelay.Fleet;

/// <summary>What became of a document that was sent.</summary>
/// <param name="IsStored">Whether the bucket has it: who was away finds it there.</param>
/// <param name="StoreProblem">Why not; null where it has.</param>
/// <param name="Acknowledged">The last word of each host that said one, and how long after the first telling it came.</param>
public sealed record SentDocument(bool IsStored, string? StoreProblem, IReadOnlyDictionary<string, (Acknowledgement Said, TimeSpan After)> Acknowledged);

/// <summary>
/// Sends a document: told to all who listen, again and again, since what a dying node had on its way is lost; and stored, which takes as long as the bucket needs
/// to have a leader again.
/// </summary>
public static class DocumentSender
{
    /// <summary>Sends it until each host that is waited for has said its last word, or the time is over.</summary>
    /// <param name="buses">
    /// Connections to the bus, best one to each node: what one that dies has on its way the others tell, and hear, without waiting for a connection to come back.
    /// </param>
    /// <param name="document">The document.</param>
    /// <param name="hosts">Who is waited for.</param>
    /// <param name="time">The longest time.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="FleetException">The document cannot be sent at all: the bucket has a newer one, or it is too large.</exception>
    public static async Task<SentDocument> SendAsync(IReadOnlyList<FleetBus> buses, FleetDocument document, IReadOnlyCollection<string> hosts, TimeSpan time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(buses);
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(hosts);
        ulong version = document.ReadVersion();
        byte[] message = document.ToUtf8();
        await CheckAsync(buses[0], document, version, cancellation).ConfigureAwait(false);
        var said = new ConcurrentDictionary<string, (Acknowledgement, TimeSpan)>(StringComparer.Ordinal);
        using var listening = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        long start = Stopwatch.GetTimestamp();
        Task hearing = Task.WhenAll(buses.Select(bus => HearAsync(bus, document.Kind, version, said, () => Stopwatch.GetElapsedTime(start), listening.Token)));
        foreach (FleetBus bus in buses)
            await FlushAsync(bus, cancellation).ConfigureAwait(false);
        start = Stopwatch.GetTimestamp();
        Task<string?> storing = StoreAsync(buses, document.Kind, message, time, cancellation);
        int turn = 0;
        do
        {
            await TellAsync(Standing(buses, turn++), document.Kind, message, cancellation).ConfigureAwait(false);
            await Task.Delay(FleetLimits.Repeat, cancellation).ConfigureAwait(false);
        }
        while (Stopwatch.GetElapsedTime(start) < time && !(storing.IsCompleted && hosts.All(host => said.TryGetValue(host, out var word) && IsLast(word.Item1))));
        string? problem = await storing.ConfigureAwait(false);
        await listening.CancelAsync().ConfigureAwait(false);
        await hearing.ConfigureAwait(false);
        return new SentDocument(problem is null, problem, said.ToDictionary(each => each.Key, each => each.Value, StringComparer.Ordinal));
    }

    /// <summary>Whether a host has nothing more to say: agent and broker use it, or it was refused, or it is of a kind of which no more can be seen.</summary>
    private static bool IsLast(Acknowledgement said) => said.State != DocumentStates.Written || said.Kind != DocumentKinds.Deny;

    /// <summary>In turns, since a connection that looks as if it stood may be one to a node that hangs.</summary>
    private static FleetBus Standing(IReadOnlyList<FleetBus> buses, int turn)
        => Enumerable.Range(turn, buses.Count).Select(i => buses[i % buses.Count]).FirstOrDefault(bus => bus.IsConnected) ?? buses[turn % buses.Count];

    private static async Task FlushAsync(FleetBus bus, CancellationToken cancellation)
    {
        try
        {
            await bus.FlushAsync(cancellation).ConfigureAwait(false);
        }
        catch (FleetException)
        {
            // It hears when it stands.
        }
    }

    /// <summary>Hosts would refuse an older one each by itself; who sends it should know at once.</summary>
    private static async Task CheckAsync(FleetBus bus, FleetDocument document, ulong version, CancellationToken cancellation)
    {
        StoredMessage? stored;
        try
        {
            stored = await bus.ReadLastAsync(bus.Names.DocumentStream, bus.Names.StoredDocument(document.Kind), cancellation).ConfigureAwait(false);
        }
        catch (FleetException)
        {
            // A bucket that does not answer must not keep a kill switch from being thrown.
            return;
        }
        if (stored is null || FleetDocument.Parse(stored.Data) is not { } before)
            return;
        ulong there = before.ReadVersion();
        if (there > version || (there == version && !before.Content.AsSpan().SequenceEqual(document.Content)))
            throw new FleetException($"the fleet has version {there} of it already, and this is {(there == version ? "another document with the same" : $"version {version}")}");
    }

    private static async Task TellAsync(FleetBus bus, string kind, byte[] message, CancellationToken cancellation)
    {
        try
        {
            await bus.TellAsync(bus.Names.Document(kind), message, cancellation).ConfigureAwait(false);
        }
        catch (FleetException)
        {
            // Our own node is gone: the next telling goes by another.
        }
    }

    private static async Task<string?> StoreAsync(IReadOnlyList<FleetBus> buses, string kind, byte[] message, TimeSpan time, CancellationToken cancellation)
    {
        int turn = 0;
        for (long start = Stopwatch.GetTimestamp(); ; await Task.Delay(FleetLimits.Repeat, cancellation).ConfigureAwait(false))
        {
            try
            {
                await Standing(buses, turn++).StoreAsync(buses[0].Names.StoredDocument(kind), message, null, cancellation).ConfigureAwait(false);
                return null;
            }
            catch (FleetException e)
            {
                if (Stopwatch.GetElapsedTime(start) > time)
                    return e.Message;
            }
        }
    }

    private static async Task HearAsync(
        FleetBus bus, string kind, ulong version, ConcurrentDictionary<string, (Acknowledgement, TimeSpan)> said, Func<TimeSpan> elapsed, CancellationToken cancellation)
    {
        try
        {
            await foreach ((string subject, byte[] data) in bus.ListenAsync($"{bus.Names.Prefix}.ack.{kind}.*", cancellation).ConfigureAwait(false))
            {
                if (Acknowledgement.Parse(data) is not { } word || word.Version != version)
                    continue;
                string host = FleetNames.HostOf(subject[(subject.LastIndexOf('.') + 1)..]);
                said.AddOrUpdate(host, (word, elapsed()), (_, before) => before.Item1 == word || IsLast(before.Item1) ? before : (word, elapsed()));
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody is waited for any more.
        }
    }
}
