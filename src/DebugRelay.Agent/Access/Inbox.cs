using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using DebugRelay.Policy;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Access;

/// <summary>
/// Requests for grants that wait on this host for their approvers, and the grants that answer them: a letter box, which gives no right. It is bounded,
/// each letter has a day, and what comes out is judged again wherever it is used.
/// </summary>
internal sealed class Inbox(HostConfiguration configuration, LiveTrust trust)
{
    private readonly StateFolder _letters = new(Path.Combine(configuration.State, "agent", "inbox"));
    private readonly Lock _lock = new();

    /// <summary>Puts a request in.</summary>
    /// <param name="sender">Who sends it; he must be its requester.</param>
    /// <param name="document">The request's exact bytes.</param>
    /// <exception cref="ProtocolException">It is none, another's, or for another host; or there are too many.</exception>
    public Letter Send(PeerIdentity sender, byte[] document)
    {
        GrantRequest request = Parse(document);
        if (!request.Scope.Requester.Equals(sender))
            throw new ProtocolException(ErrorCode.Denied, $"the request is {request.Scope.Requester}'s, and everybody sends his own");
        if (!request.Scope.Hosts.Contains(configuration.Host, StringComparer.OrdinalIgnoreCase))
            throw new ProtocolException(ErrorCode.BadRequest, $"the request is for another host than {configuration.Host}");
        lock (_lock)
        {
            Letter[] all = [.. All()];
            if (all.Length >= Limits.InboxLetters || all.Count(letter => letter.Requester.Equals(sender)) >= Limits.InboxLettersOfOne)
                throw new ProtocolException(ErrorCode.LimitReached, $"too many requests wait on this host ({Limits.InboxLettersOfOne} of one person, {Limits.InboxLetters} in all)");
            var letter = new Letter(IdOf(document), sender, document, trust.Now + Limits.InboxTime, null);
            Write(letter);
            return letter;
        }
    }

    /// <summary>What the reader may see: an approver everything, everybody else what he sent himself.</summary>
    public IReadOnlyList<Letter> List(PeerIdentity reader)
    {
        bool approver = trust.Current.Policy.IsApprover(reader);
        lock (_lock)
            return [.. All().Where(letter => approver || letter.Requester.Equals(reader)).OrderBy(letter => letter.Ends)];
    }

    /// <summary>Takes the grant that answers a request, or one more signature for it.</summary>
    /// <returns>The letter as it is now, and how many approvers its grant has.</returns>
    /// <exception cref="ProtocolException">The sender does not count as its approver, or the grant is for something else.</exception>
    public (Letter Letter, int Approvers) Answer(PeerIdentity sender, string id, SignedGrant grant)
    {
        lock (_lock)
        {
            Letter letter = All().FirstOrDefault(each => each.Id == id) ?? throw new ProtocolException(ErrorCode.BadRequest, "no such request waits on this host (any more)");
            var files = new GrantFiles(grant.Document, grant.Signatures);
            CheckedGrant verified = Verify(files);
            if (verified.Document.RequestSha256 != Convert.ToHexStringLower(SHA256.HashData(letter.Document)) || !verified.Document.Scope.Requester.Equals(letter.Requester))
                throw new ProtocolException(ErrorCode.BadRequest, "the grant answers another request");
            if (!verified.Approvers.Contains(sender))
                throw new ProtocolException(ErrorCode.Denied, $"{sender} does not count as an approver of this grant{string.Concat(verified.NotCounted.Select(why => $"; {why}"))}");
            if (letter.Grant is { } before && !before.Document.AsSpan().SequenceEqual(grant.Document))
                throw new ProtocolException(ErrorCode.BadRequest, "another grant answers this request already; add a signature to that one");
            if (letter.Grant is { } earlier && Verify(new GrantFiles(earlier.Document, earlier.Signatures)).Approvers.Except(verified.Approvers).Any())
                throw new ProtocolException(ErrorCode.BadRequest, "another approver signed in the meantime; fetch the grant again, and add yours");
            letter = letter with { Grant = grant };
            Write(letter);
            return (letter, verified.Approvers.Count);
        }
    }

    private static string IdOf(byte[] document) => Convert.ToHexStringLower(SHA256.HashData(document))[..12];

    private static GrantRequest Parse(byte[] document)
    {
        try
        {
            return GrantRequest.Parse(document);
        }
        catch (DocumentException e)
        {
            throw new ProtocolException(ErrorCode.BadRequest, $"the request cannot be read: {e.Message}");
        }
    }

    private CheckedGrant Verify(GrantFiles files)
    {
        try
        {
            return GrantCheck.Verify(files, trust.Current.Policy, trust.Current.Store, trust.Current.Deny, trust.Now);
        }
        catch (GrantException e)
        {
            throw new ProtocolException(ErrorCode.BadRequest, e.Message);
        }
    }

    /// <summary>What waits. What is over, and what nobody can read, is thrown away.</summary>
    private IEnumerable<Letter> All()
    {
        foreach (string name in Kept(() => _letters.Names))
        {
            Letter? letter = Read(name);
            if (letter is null || letter.Ends <= trust.Now)
                Kept(() => { _letters.Remove(name); return name; });
            else
                yield return letter;
        }
    }

    private Letter? Read(string name)
    {
        try
        {
            return Kept(() => _letters.Read(name)) is { } bytes
                && JsonSerializer.Deserialize(bytes, InboxJson.Default.KeptLetter) is { } kept
                && PeerIdentity.TryParse(kept.Requester, out PeerIdentity? requester, out _)
                    ? new Letter(name, requester, kept.Document, kept.Ends, kept.Grant)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Write(Letter letter) => Kept(() =>
    {
        _letters.Write(letter.Id, JsonSerializer.SerializeToUtf8Bytes(new KeptLetter(letter.Requester.Value, letter.Document, letter.Ends, letter.Grant), InboxJson.Default.KeptLetter));
        return letter;
    });

    private static T Kept<T>(Func<T> access)
    {
        try
        {
            return access();
        }
        catch (StateException e)
        {
            throw new ProtocolException(ErrorCode.Internal, e.Message);
        }
    }
}

/// <summary>A request that waits.</summary>
/// <param name="Id">The beginning of its SHA-256.</param>
/// <param name="Requester">Who sent it.</param>
/// <param name="Document">Its exact bytes.</param>
/// <param name="Ends">When it is thrown away.</param>
/// <param name="Grant">What answers it; null while nothing does.</param>
internal sealed record Letter(string Id, PeerIdentity Requester, byte[] Document, DateTimeOffset Ends, SignedGrant? Grant);

/// <summary>A letter as it lies on disk, under its id.</summary>
internal sealed record KeptLetter(string Requester, byte[] Document, DateTimeOffset Ends, SignedGrant? Grant);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(KeptLetter))]
internal sealed partial class InboxJson : JsonSerializerContext;
