namespace DebugRelay.Recording;

/// <summary>Where ledgers lie, and the names of their files.</summary>
public static class LedgerNames
{
    /// <summary>The role, and the folder in <c>state/</c>, of the agent's ledger.</summary>
    public const string Agent = "agent";

    /// <summary>The role, and the folder in <c>state/</c>, of the broker's ledger.</summary>
    public const string Broker = "broker";

    internal const string Entries = "ledger.ndjson";
    internal const string Checkpoint = "checkpoint";
    internal const string Key = "ledger.key";
    internal const string PublicKey = "ledger.pub";
    internal const string Lock = "lock";

    /// <summary>The folder of a ledger.</summary>
    /// <param name="state">The host's state folder, as <c>agent.json</c> names it.</param>
    /// <param name="role"><see cref="Agent"/> or <see cref="Broker"/>.</param>
    /// <returns><c>STATE/ROLE/ledger</c>.</returns>
    public static string Folder(string state, string role) => Path.Combine(state, role, "ledger");
}
