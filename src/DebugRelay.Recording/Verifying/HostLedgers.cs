namespace DebugRelay.Recording;

/// <summary>The ledgers of a host, read whole and judged by themselves, to hold recordings against.</summary>
public sealed class HostLedgers
{
    private HostLedgers(IReadOnlyList<LedgerBook> books) => Books = books;

    /// <summary>Whose ledgers these are: <c>agent</c>, <c>broker</c>, or both.</summary>
    public IReadOnlyList<string> Roles => [.. Books.Select(book => book.Role)];

    internal IReadOnlyList<LedgerBook> Books { get; }

    /// <summary>Reads ledgers.</summary>
    /// <param name="path">A host's state folder, a copy of it, or the folder of one ledger.</param>
    /// <param name="heads">Witnessed heads: those of these ledgers are compared.</param>
    /// <returns>The ledgers that lie there.</returns>
    /// <exception cref="RecordingException">There is none, or a file cannot be read.</exception>
    public static HostLedgers Read(string path, IReadOnlyList<WitnessedHead>? heads = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string[] places = [path, Path.Combine(path, "ledger"), LedgerNames.Folder(path, LedgerNames.Agent), LedgerNames.Folder(path, LedgerNames.Broker)];
        try
        {
            var books = places.Where(place => Disk.IsRegularFile(Path.Combine(place, LedgerNames.Entries))).Select(place => new LedgerBook(place, heads ?? [])).ToList();
            return books.Count > 0 ? new HostLedgers(books) : throw new RecordingException(RecordingError.Unreadable, $"There is no ledger in {path}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"The ledgers cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Sessions of which a ledger knows something that a recording must hold, in ordinal order.</summary>
    internal IEnumerable<string> RecordedSessions() =>
        Books.SelectMany(book => book.Accounts).Where(account => MustBeRecorded(account.Value)).Select(account => account.Key).Distinct().Order(StringComparer.Ordinal);

    internal LedgerDeleted? Deleted(string session) => Books.Select(book => book.Accounts.GetValueOrDefault(session)?.Deleted).FirstOrDefault(d => d is not null);

    private static bool MustBeRecorded(LedgerAccount account) =>
        account.Deleted is not null || account.Requests.Count > 0 || account.Close is { Segments: > 0 } || account.Recovered is { Entries: > 0 } or { Segments: > 0 };
}
