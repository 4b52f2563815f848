using System.Text.Json;
using System.Text.Json.Serialization;
using DebugRelay.Policy.Grants;
using DebugRelay.Protocol;
using DebugRelay.Recording;

namespace DebugRelay.Broker.State;

/// <summary>
/// What grants have been used for, a file a grant, on disk before the use: a crash at any point can only use up more than was had, never less. A grant
/// is its document's SHA-256: signed by others as well, it is still the same.
/// </summary>
internal sealed class GrantLedger(StateFolder folder)
{
    // A grant lasts a day at most. Longer kept, so that a clock that is set back for a while brings none to life.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly Lock _lock = new();

    /// <summary>What a grant has left.</summary>
    /// <exception cref="ProtocolException">It cannot be said.</exception>
    public GrantRest RestOf(GrantFiles files, GrantDocument grant)
    {
        lock (_lock)
            return Rest(grant, Read(files.Sha256));
    }

    /// <summary>Takes one use, and all bytes that are left until it is known how many were delivered. It is on disk when this returns.</summary>
    /// <exception cref="ProtocolException">Nothing is left, or it cannot be kept.</exception>
    public GrantUse Take(GrantFiles files, GrantDocument grant)
    {
        lock (_lock)
        {
            GrantUsage usage = Read(files.Sha256);
            GrantRest rest = Rest(grant, usage);
            if (rest.Problem is { } problem)
                throw new ProtocolException(ErrorCode.UsedUp, problem);
            Write(files.Sha256, usage with { Grant = grant.Id, Uses = usage.Uses + 1, Bytes = usage.Bytes + rest.Bytes.GetValueOrDefault() });
            folder.RemoveOlderThan(Kept);
            return new GrantUse(this, files.Sha256, rest.Uses - 1, rest.Bytes);
        }
    }

    /// <summary>What was reserved and not delivered can be had again.</summary>
    internal void Return(string sha256, int uses, long bytes)
    {
        if (uses == 0 && bytes == 0)
            return;
        try
        {
            lock (_lock)
            {
                GrantUsage usage = Read(sha256);
                Write(sha256, usage with { Uses = usage.Uses - uses, Bytes = usage.Bytes - bytes });
            }
        }
        catch (ProtocolException)
        {
            // Then it stays used up.
        }
    }

    private static GrantRest Rest(GrantDocument grant, GrantUsage usage)
    {
        int uses = grant.Scope.Uses - usage.Uses;
        long? bytes = grant.Scope.Bytes - usage.Bytes;
        string? problem = uses <= 0 ? $"grant {grant.Id} is used up: it opens {grant.Scope.Uses} operation{(grant.Scope.Uses == 1 ? "" : "s")}"
            : bytes <= 0 ? $"grant {grant.Id} is used up: its {grant.Scope.Bytes} bytes were delivered, or an operation that runs has them"
            : null;
        return new GrantRest(Math.Max(uses, 0), bytes, problem);
    }

    private GrantUsage Read(string sha256)
    {
        try
        {
            return folder.Read(sha256) is { } bytes ? JsonSerializer.Deserialize(bytes, StateJson.Default.GrantUsage)! : new GrantUsage("", 0, 0);
        }
        catch (JsonException)
        {
            throw new ProtocolException(ErrorCode.Internal, "what this grant was used for cannot be read, so it is not used");
        }
        catch (StateException error)
        {
            throw new ProtocolException(ErrorCode.Internal, error.Message);
        }
    }

    private void Write(string sha256, GrantUsage usage)
    {
        try
        {
            folder.Write(sha256, JsonSerializer.SerializeToUtf8Bytes(usage, StateJson.Default.GrantUsage));
        }
        catch (StateException error)
        {
            throw new ProtocolException(ErrorCode.Internal, error.Message);
        }
    }
}

/// <summary>What a grant has left.</summary>
/// <param name="Uses">Operations.</param>
/// <param name="Bytes">Bytes; null for no limit.</param>
/// <param name="Problem">One sentence when nothing is left; else null.</param>
internal sealed record GrantRest(int Uses, long? Bytes, string? Problem);

/// <summary>One use of a grant, taken. Exactly one of its two ends is told.</summary>
internal sealed class GrantUse(GrantLedger ledger, string sha256, int usesLeft, long? bytes)
{
    private int _told;

    /// <summary>Operations that the grant still opens after this one.</summary>
    public int UsesLeft => usesLeft;

    /// <summary>Bytes that may be delivered; null for no limit.</summary>
    public long? Bytes => bytes;

    /// <summary>Nothing was asked of the target: the use is given back.</summary>
    public void GiveBack() => Tell(1, bytes.GetValueOrDefault());

    /// <summary>The operation is over: the bytes that it did not deliver are given back.</summary>
    public void Settle(long delivered) => Tell(0, bytes is { } reserved ? Math.Max(reserved - delivered, 0) : 0);

    private void Tell(int uses, long rest)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
            ledger.Return(sha256, uses, rest);
    }
}

/// <summary>What a grant was used for.</summary>
/// <param name="Grant">Its id, for people.</param>
/// <param name="Uses">Operations.</param>
/// <param name="Bytes">Bytes delivered, and reserved by what runs.</param>
internal sealed record GrantUsage(string Grant, int Uses, long Bytes);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(GrantUsage))]
[JsonSerializable(typeof(Emergency))]
[JsonSerializable(typeof(Dumps))]
internal sealed partial class StateJson : JsonSerializerContext;
