using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Recording;

namespace DebugRelay.Broker.State;

/// <summary>
/// The emergencies (break-glass) that were declared on this host, a file an identity, on disk before the first operation. One lasts as long as the role
/// says, whichever sessions it is used in; the next can be declared when the role's time between two is over.
/// </summary>
internal sealed class EmergencyLedger(StateFolder folder, TimeProvider time)
{
    private readonly Lock _lock = new();

    // When each emergency of this process's time ends, by a clock that nobody sets.
    private readonly Dictionary<string, long> _ends = [];

    /// <summary>Begins an emergency, or goes on with one that lasts.</summary>
    /// <returns>How long it still lasts.</returns>
    /// <exception cref="ProtocolException">The last one is over and the next is not due, or it cannot be kept.</exception>
    public TimeSpan Enter(PeerIdentity identity, BreakGlassRule rule, string session)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity.Value)));
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            Emergency? last = Read(name);
            if (last is null || now >= last.Began + rule.Again)
                return Begin(name, identity, rule, session, now);
            TimeSpan left = Left(name, last, now);
            return left > TimeSpan.Zero
                ? left
                : throw new ProtocolException(
                    ErrorCode.UsedUp, $"the emergency of session {last.Session} is over; {identity} can declare the next from {last.Began + rule.Again:yyyy-MM-dd HH:mm} UTC on");
        }
    }

    private TimeSpan Begin(string name, PeerIdentity identity, BreakGlassRule rule, string session, DateTimeOffset now)
    {
        try
        {
            folder.Write(name, JsonSerializer.SerializeToUtf8Bytes(new Emergency(identity.Value, session, now, now + rule.For), StateJson.Default.Emergency));
        }
        catch (StateException error)
        {
            throw new ProtocolException(ErrorCode.Internal, error.Message);
        }
        _ends[name] = time.GetTimestamp() + (long)(rule.For.TotalSeconds * time.TimestampFrequency);
        return rule.For;
    }

    /// <summary>The earlier of both clocks' answers: one that is set back does not lengthen an emergency.</summary>
    private TimeSpan Left(string name, Emergency last, DateTimeOffset now)
    {
        TimeSpan byClock = last.Ends - now;
        if (!_ends.TryGetValue(name, out long end))
            return byClock;
        var byCounter = TimeSpan.FromSeconds((end - time.GetTimestamp()) / (double)time.TimestampFrequency);
        return byCounter < byClock ? byCounter : byClock;
    }

    private Emergency? Read(string name)
    {
        try
        {
            return folder.Read(name) is { } bytes ? JsonSerializer.Deserialize(bytes, StateJson.Default.Emergency) : null;
        }
        catch (Exception error) when (error is JsonException or StateException)
        {
            throw new ProtocolException(ErrorCode.Internal, "the last emergency's record cannot be read, so there is no other");
        }
    }
}

/// <summary>An emergency that was declared.</summary>
/// <param name="Identity">By whom.</param>
/// <param name="Session">In which session first.</param>
/// <param name="Began">When.</param>
/// <param name="Ends">When it ends.</param>
internal sealed record Emergency(string Identity, string Session, DateTimeOffset Began, DateTimeOffset Ends);
