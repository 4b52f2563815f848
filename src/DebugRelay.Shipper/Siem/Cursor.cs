using System.Text.Json;
using DebugRelay.Recording;

namespace DebugRelay.Shipper.Siem;

/// <summary>How far one output has got in one ledger.</summary>
/// <param name="Offset">Where the next entry begins, in bytes.</param>
/// <param name="Entries">How many entries the receiver has taken: every `n` below it is acknowledged.</param>
/// <param name="Ledger">What the ledger's first entry says: tells one that was begun anew from the one that was followed.</param>
/// <param name="Stuck">Whether the ledger cannot be read beyond the offset, which was reported: until it is another ledger there is nothing to send.</param>
/// <param name="Last">Where the receiver gets the lines themselves: SHA-256 of the last that it has taken, in lower-case hex.</param>
internal sealed record CursorState(long Offset, long Entries, string? Ledger, bool Stuck = false, string? Last = null);

/// <summary>
/// A cursor on disk, `OUTPUT.ROLE.json`: put in the place of the last one and synced after the receiver has taken a batch. So a crash sends
/// some events twice and loses none. Agent and broker may wait for it: what they wrote as entry `n` has left the host when `entries` is above `n`.
/// </summary>
internal sealed class Cursor(StateFolder folder, string output, string role)
{
    private readonly string _name = $"{output}.{role}.json";

    /// <exception cref="ShipperException">It holds something else.</exception>
    public CursorState Read()
    {
        try
        {
            return folder.Read(_name) is { } bytes ? JsonSerializer.Deserialize(bytes, ShipperJson.Default.CursorState)! : new CursorState(0, 0, null);
        }
        catch (Exception e) when (e is JsonException or StateException)
        {
            throw new ShipperException($"the cursor {_name} cannot be read ({e.Message}); remove it to send the ledger again from its beginning", e);
        }
    }

    /// <exception cref="ShipperException">It cannot be written.</exception>
    public void Write(CursorState state)
    {
        try
        {
            folder.Write(_name, JsonSerializer.SerializeToUtf8Bytes(state, ShipperJson.Default.CursorState));
        }
        catch (StateException e)
        {
            throw new ShipperException($"the cursor {_name} cannot be written: {e.Message}", e);
        }
    }
}
