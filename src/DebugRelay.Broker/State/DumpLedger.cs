using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DebugRelay.Policy.Identity;
using DebugRelay.Protocol;
using DebugRelay.Recording;

namespace DebugRelay.Broker.State;

/// <summary>
/// The dumps that each identity has had on this host, a file an identity, on disk before a target is touched. They count for a day, whichever sessions
/// they were written in: a new session, a restart or a crash gives none back.
/// </summary>
internal sealed class DumpLedger(StateFolder folder, TimeProvider time)
{
    private static readonly TimeSpan Counted = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();

    /// <summary>Why an identity may have no other dump now; null when it may. Nothing is taken yet.</summary>
    /// <param name="identity">Whose.</param>
    /// <param name="most">So many within a day.</param>
    /// <exception cref="ProtocolException">It cannot be said.</exception>
    public string? Problem(PeerIdentity identity, int most)
    {
        lock (_lock)
            return Problem(identity, most, Counting(Read(NameOf(identity))));
    }

    /// <summary>Counts a dump. It is on disk when this returns.</summary>
    /// <exception cref="ProtocolException">The identity has had as many as it may, or it cannot be kept.</exception>
    public DumpUse Take(PeerIdentity identity, int most)
    {
        string name = NameOf(identity);
        lock (_lock)
        {
            DateTimeOffset[] had = Counting(Read(name));
            if (Problem(identity, most, had) is { } problem)
                throw new ProtocolException(ErrorCode.LimitReached, problem);
            DateTimeOffset now = time.GetUtcNow();
            Write(name, new Dumps(identity.Value, [.. had, now]));
            return new DumpUse(this, identity, now);
        }
    }

    /// <summary>Nothing was asked of the target.</summary>
    internal void Return(PeerIdentity identity, DateTimeOffset taken)
    {
        string name = NameOf(identity);
        try
        {
            lock (_lock)
            {
                Dumps had = Read(name);
                int at = Array.IndexOf(had.Taken, taken);
                if (at >= 0)
                    Write(name, had with { Taken = [.. had.Taken.Where((_, i) => i != at)] });
            }
        }
        catch (ProtocolException)
        {
            // Then it stays counted.
        }
    }

    private static string NameOf(PeerIdentity identity) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity.Value)));

    /// <summary>Also those that a clock which was ahead has put into the future.</summary>
    private DateTimeOffset[] Counting(Dumps had) => [.. had.Taken.Where(taken => taken + Counted > time.GetUtcNow())];

    private static string? Problem(PeerIdentity identity, int most, DateTimeOffset[] had) =>
        had.Length < most ? null
        : most == 0 ? $"the role of {identity} allows no dump"
        : $"{identity} has had {had.Length} dump{(had.Length == 1 ? "" : "s")} on this host within a day, which is what the role allows; the next from {had.Order().ElementAt(had.Length - most) + Counted:yyyy-MM-dd HH:mm} UTC on";

    private Dumps Read(string name)
    {
        try
        {
            return folder.Read(name) is { } bytes ? JsonSerializer.Deserialize(bytes, StateJson.Default.Dumps)! : new Dumps("", []);
        }
        catch (JsonException)
        {
            throw new ProtocolException(ErrorCode.Internal, "how many dumps there were cannot be read, so there is no other");
        }
        catch (StateException error)
        {
            throw new ProtocolException(ErrorCode.Internal, error.Message);
        }
    }

    private void Write(string name, Dumps had)
    {
        try
        {
            folder.Write(name, JsonSerializer.SerializeToUtf8Bytes(had, StateJson.Default.Dumps));
        }
        catch (StateException error)
        {
            throw new ProtocolException(ErrorCode.Internal, error.Message);
        }
    }
}

/// <summary>A dump that is counted.</summary>
internal sealed class DumpUse(DumpLedger ledger, PeerIdentity identity, DateTimeOffset taken)
{
    private int _given;

    /// <summary>Nothing was asked of the target: it does not count.</summary>
    public void GiveBack()
    {
        if (Interlocked.Exchange(ref _given, 1) == 0)
            ledger.Return(identity, taken);
    }
}

/// <summary>What an identity has had.</summary>
/// <param name="Identity">Whose.</param>
/// <param name="Taken">When each was asked for.</param>
internal sealed record Dumps(string Identity, DateTimeOffset[] Taken);
