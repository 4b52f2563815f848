using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DebugRelay.Fleet;
using DebugRelay.Policy;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Revocation;
using DebugRelay.Policy.Rules;
using DebugRelay.Recording;

namespace DebugRelay.Shipper.Fleet;

/// <summary>
/// Puts the fleet's documents where agent and broker look, once signature and version have been judged. A deny list is judged again by each of them; a policy
/// by this process alone, which is why it needs signers in this host's own configuration.
/// </summary>
internal sealed class DocumentKeeper
{
    private const string Memory = "fleet.documents.json";

    private readonly HostConfiguration _agent;
    private readonly IReadOnlyList<IdentityPattern> _policySigners;
    private readonly StateFolder _folder;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private KeptDocuments _kept;

    /// <exception cref="ShipperException">What was kept cannot be read.</exception>
    public DocumentKeeper(HostConfiguration agent, IReadOnlyList<IdentityPattern> policySigners, StateFolder folder, TimeProvider time)
    {
        (_agent, _policySigners, _folder, _time) = (agent, policySigners, folder, time);
        try
        {
            _kept = folder.Read(Memory) is { } bytes ? JsonSerializer.Deserialize(bytes, FleetStateJson.Default.KeptDocuments)! : new KeptDocuments(null, null, null);
        }
        catch (Exception e) when (e is JsonException or StateException)
        {
            throw new ShipperException($"{Memory} cannot be read ({e.Message}): which documents this host had cannot be told. Restore it, or remove it if you know the current ones", e);
        }
    }

    /// <summary>When the bus' documents were last seen to be those that lie here.</summary>
    public DateTimeOffset? Confirmed
    {
        get
        {
            lock (_gate)
                return _kept.Confirmed;
        }
    }

    /// <summary>The version of a kind that was taken last; 0: none.</summary>
    public ulong Version(string kind)
    {
        lock (_gate)
            return Of(kind)?.Version ?? 0;
    }

    /// <summary>Takes a document, if it is newer than the last, signed by who may, and can be used.</summary>
    /// <returns>What to say of it; null where the one that lies here is newer.</returns>
    public Acknowledgement? Take(FleetDocument document)
    {
        lock (_gate)
        {
            ulong version = 0;
            try
            {
                version = document.ReadVersion();
                KeptDocument? kept = Of(document.Kind);
                string sha256 = Convert.ToHexString(SHA256.HashData(document.Content));
                if (kept is not null && version < kept.Version)
                    return null;
                if (kept is not null && version == kept.Version && sha256 != kept.Sha256)
                    return Refused(document.Kind, version, $"it is another document with the version of the last, {version}");
                if (kept?.Version == version && Lies(document, out _))
                    return new Acknowledgement(document.Kind, version, State(document.Kind, version));
                if (!Lies(document, out ulong there))
                {
                    if (there > version)
                        return Refused(document.Kind, version, $"version {there} lies here already, and was not brought by the fleet");
                    if (Problem(document) is { } problem)
                        return Refused(document.Kind, version, problem);
                    Write(document);
                }
                Keep(document.Kind == DocumentKinds.Deny ? _kept with { Deny = new KeptDocument(version, sha256) } : _kept with { Policy = new KeptDocument(version, sha256) });
                return new Acknowledgement(document.Kind, version, State(document.Kind, version));
            }
            catch (Exception e) when (e is DocumentException or TrustException or StateException or IOException or UnauthorizedAccessException)
            {
                return Refused(document.Kind, version, e.Message);
            }
        }
    }

    /// <summary>Whether agent and broker use this version of the deny list: they keep the highest on disk before they use it.</summary>
    public string State(string kind, ulong version)
        => kind == DocumentKinds.Deny && InForce(LedgerNames.Agent) >= version && InForce(LedgerNames.Broker) >= version ? DocumentStates.InForce : DocumentStates.Written;

    /// <summary>The bus was asked, and has nothing newer that could be taken.</summary>
    /// <exception cref="StateException">It cannot be remembered.</exception>
    public void Confirm()
    {
        lock (_gate)
            Keep(_kept with { Confirmed = _time.GetUtcNow() });
    }

    private KeptDocument? Of(string kind) => kind == DocumentKinds.Deny ? _kept.Deny : _kept.Policy;

    private static Acknowledgement Refused(string kind, ulong version, string problem) => new(kind, version, DocumentStates.Refused, problem);

    private void Keep(KeptDocuments next)
    {
        _folder.Write(Memory, JsonSerializer.SerializeToUtf8Bytes(next, FleetStateJson.Default.KeptDocuments));
        _kept = next;
    }

    /// <summary>Whether the document is the file that lies there; of a deny list, which version does.</summary>
    private bool Lies(FleetDocument document, out ulong version)
    {
        version = 0;
        if (document.Kind == DocumentKinds.Policy)
            return File.Exists(_agent.Policy) && File.ReadAllText(_agent.Policy) == PolicyBundle.Parse(document.Content).Policy;
        if (_agent.DenyList is not { } path || !File.Exists(path))
            return false;
        byte[] there = File.ReadAllBytes(path);
        version = ReadVersion(there);
        return there.AsSpan().SequenceEqual(document.Content);
    }

    /// <summary>A file that is no list has none: agent and broker refuse it as well.</summary>
    private static ulong ReadVersion(byte[] list)
    {
        try
        {
            return DenyList.Parse(list).Version;
        }
        catch (DocumentException)
        {
            return 0;
        }
    }

    /// <summary>By the trust anchors, revocation lists and deny list that hold on this host now.</summary>
    private string? Problem(FleetDocument document)
    {
        TrustStore trust = TrustStore.Load(_agent.ClientCa, _agent.Crl);
        DenyList inForce = _agent.DenyList is { } path && File.Exists(path) ? Or(File.ReadAllBytes(path)) : DenyList.None;
        DateTimeOffset now = _time.GetUtcNow();
        if (document.Kind == DocumentKinds.Policy)
        {
            return _policySigners.Count == 0
                ? "this host's \"policySigners\" name nobody, so it takes no policy from the fleet"
                : DenySignature.Problem(document.Content, document.Signature, trust, _policySigners, "this host's \"policySigners\"", inForce, now);
        }
        if (_agent.DenyList is null)
            return "agent.json names no denyList";
        PolicyDocument policy = PolicyDocument.Parse(File.ReadAllBytes(_agent.Policy));
        return DenySignature.Problem(document.Content, document.Signature, trust.With(tolerateStale: policy.StaleCrlAllow.Count > 0), policy, inForce, now);
    }

    private static DenyList Or(byte[] list)
    {
        try
        {
            return DenyList.Parse(list);
        }
        catch (DocumentException)
        {
            return DenyList.None;
        }
    }

    /// <summary>The signature first: until its list is there, nobody has a use for it, and a list never lies there without one.</summary>
    private void Write(FleetDocument document)
    {
        if (document.Kind == DocumentKinds.Policy)
        {
            Replace(_agent.Policy, Encoding.UTF8.GetBytes(PolicyBundle.Parse(document.Content).Policy));
            return;
        }
        Replace(Path.ChangeExtension(_agent.DenyList!, DenySignature.Extension), document.Signature);
        Replace(_agent.DenyList!, document.Content);
    }

    /// <summary>Agent and broker, who are other users than the shipper, must be able to read it; it is no secret.</summary>
    private static void Replace(string path, byte[] content)
    {
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        string fresh = path + ".fleet";
        using (var file = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Mode }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        // Whatever the mask of this process is.
        File.SetUnixFileMode(fresh, Mode);
        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>0 where it cannot be seen: agent and broker may be other users, whose files are theirs.</summary>
    private ulong InForce(string role)
    {
        string folder = Path.Combine(_agent.State, role);
        try
        {
            return File.Exists(Path.Combine(folder, "revocation.json")) ? RevocationMemory.Load(folder).DenyVersion : 0;
        }
        catch (TrustException)
        {
            return 0;
        }
    }
}

/// <summary>What was taken, on disk.</summary>
/// <param name="Deny">The last deny list.</param>
/// <param name="Policy">The last policy.</param>
/// <param name="Confirmed">When the bus had nothing newer.</param>
internal sealed record KeptDocuments(KeptDocument? Deny, KeptDocument? Policy, DateTimeOffset? Confirmed);

/// <summary>One of them.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Sha256">Of its exact bytes.</param>
internal sealed record KeptDocument(ulong Version, string Sha256);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase)]
[System.Text.Json.Serialization.JsonSerializable(typeof(KeptDocuments))]
internal sealed partial class FleetStateJson : System.Text.Json.Serialization.JsonSerializerContext;
