namespace DebugRelay.Broker.Workers;

/// <summary>What workers are confined by. Recordings say it of each; what this host cannot give is said once in the log.</summary>
internal static class IsolationLog
{
    private static string _told = "";

    /// <param name="rights">What the launcher took.</param>
    /// <param name="own">What the worker took from itself.</param>
    /// <returns>All of it, sorted.</returns>
    public static string[] Enter(LostRights rights, IReadOnlyList<string> own)
    {
        string missing = string.Join("; ", rights.Missing);
        if (Interlocked.Exchange(ref _told, missing) != missing && missing.Length > 0)
            BrokerLog.Tell($"workers run without {missing}");
        return [.. rights.Applied.Concat(own).Distinct().Order(StringComparer.Ordinal)];
    }
}
