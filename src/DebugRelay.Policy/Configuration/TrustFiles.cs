using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Revocation;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Configuration;

/// <summary>Reads the files that a <see cref="HostTrust"/> is made of. Of a file that cannot be used, what was read before stays.</summary>
/// <param name="configuration">Names the files.</param>
/// <param name="memory">What must not go back; null to look at the files alone.</param>
internal sealed class TrustFiles(HostConfiguration configuration, RevocationMemory? memory)
{
    /// <summary>All files that are read, and the kill file.</summary>
    public IReadOnlyList<string> Paths =>
    [
        configuration.ClientCa, configuration.Policy, .. configuration.Crl,
        .. configuration.DenyList is { } deny ? [deny, SignatureOf(deny)] : (string[])[],
        .. configuration.KillFile is { } kill ? [kill] : (string[])[],
    ];

    /// <summary>Whether anything bears the kill file's name: who made a folder or a dead link in a hurry meant it, too.</summary>
    public bool IsKilled => configuration.KillFile is { } kill && FileMarks.IsThere(kill);

    /// <summary>Reads everything for the first time.</summary>
    /// <exception cref="ConfigurationException">A file cannot be used.</exception>
    public HostTrust Load(DateTimeOffset now)
    {
        (HostTrust trust, IReadOnlyList<string> problems) = Load(new HostTrust(new TrustStore([], CertificateRevocationLists.None), PolicyDocument.Empty), now);
        return problems.Count == 0 ? trust : throw new ConfigurationException(problems[0]);
    }

    /// <summary>Reads everything again.</summary>
    /// <param name="before">What holds until now.</param>
    /// <param name="now">The time.</param>
    /// <returns>What holds from now on, and one line for each file that was refused.</returns>
    public (HostTrust Trust, IReadOnlyList<string> Problems) Load(HostTrust before, DateTimeOffset now)
    {
        var problems = new List<string>();
        TrustStore store = Or(before.Store, LoadStore, problems);
        PolicyDocument policy = Or(before.Policy, LoadPolicy, problems);
        store = store.With(tolerateStale: policy.StaleCrlAllow.Count > 0);
        DenyList deny = Or(before.Deny, () => LoadDenyList(store, policy, before.Deny, now), problems);
        Or(deny, () => Remember(store, deny), problems);
        return (new HostTrust(store, policy) { Deny = deny, IsKilled = IsKilled }, problems);
    }

    private static T Or<T>(T before, Func<T> load, List<string> problems)
    {
        try
        {
            return load();
        }
        catch (Exception error) when (error is TrustException or ConfigurationException or IOException or UnauthorizedAccessException)
        {
            problems.Add(error.Message);
            return before;
        }
    }

    private static string SignatureOf(string denyList) => Path.ChangeExtension(denyList, DenySignature.Extension);

    private TrustStore LoadStore()
    {
        TrustStore store = TrustStore.Load(configuration.ClientCa, configuration.Crl);
        if (store.ForgedList() is { } forged) throw new TrustException($"the revocation list of {forged.Issuer.Name} is not signed by that authority");
        return memory?.ProblemOf(store.RevocationLists) is { } problem ? throw new TrustException(problem) : store;
    }

    private PolicyDocument LoadPolicy()
    {
        try
        {
            return PolicyDocument.Parse(TrustFile.Read(configuration.Policy, Limits.PolicyBytes));
        }
        catch (DocumentException error)
        {
            throw new ConfigurationException($"{configuration.Policy}: {error.Message}");
        }
    }

    private DenyList LoadDenyList(TrustStore store, PolicyDocument policy, DenyList before, DateTimeOffset now)
    {
        if (configuration.DenyList is not { } path) return DenyList.None;
        if (!File.Exists(path))
        {
            return before.Version == 0 && (memory?.DenyVersion ?? 0) == 0
                ? DenyList.None
                : throw new TrustException($"{path}: is gone; version {Math.Max(before.Version, memory?.DenyVersion ?? 0)} was in force");
        }
        byte[] content = TrustFile.Read(path, Limits.DenyListBytes);
        DenyList list = ParseDenyList(path, content);
        if (memory?.ProblemOf(list) is { } back) throw new TrustException($"{path}: {back}");

        // Once accepted, a list holds: its signer's certificate lives hours, a denial does not end with it.
        if (memory is not null && list.Version == memory.DenyVersion && list.Sha256 == memory.DenySha256) return list;
        byte[] signature = TrustFile.Read(SignatureOf(path), Limits.DetachedSignatureBytes);
        return DenySignature.Problem(content, signature, store, policy, before, now) is { } problem ? throw new TrustException($"{path}: {problem}") : list;
    }

    private static DenyList ParseDenyList(string path, byte[] content)
    {
        try
        {
            return DenyList.Parse(content);
        }
        catch (DocumentException error)
        {
            throw new TrustException($"{path}: {error.Message}");
        }
    }

    private DenyList Remember(TrustStore store, DenyList deny)
    {
        memory?.Remember(store.RevocationLists, deny);
        return deny;
    }
}
