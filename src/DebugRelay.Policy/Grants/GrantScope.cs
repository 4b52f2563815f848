using System.Text.Json;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Json;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Grants;

/// <summary>Who wants to do what, to which process of which host, how much, and why: what the request asks and the grant repeats.</summary>
public sealed record GrantScope
{
    /// <summary>Who may use the grant.</summary>
    public required PeerIdentity Requester { get; init; }

    /// <summary>The hosts, by the names that their agents give; compared without regard to case.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>The processes; none for operations of the host itself.</summary>
    public required IReadOnlyList<GrantProcess> Processes { get; init; }

    /// <summary>The operations, and <c>unscrubbed</c> where they may be so.</summary>
    public required IReadOnlyList<string> Operations { get; init; }

    /// <summary>The scrub profile that the host must use; null for whichever it uses.</summary>
    public string? Scrub { get; init; }

    /// <summary>How many operations it opens.</summary>
    public int Uses { get; init; } = 1;

    /// <summary>Bytes that may be delivered under it, all operations together; null for no limit but the role's.</summary>
    public long? Bytes { get; init; }

    /// <summary>Seconds that one operation may take; null for no limit but its end and the role's.</summary>
    public int? Seconds { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>The incident; <c>unscrubbed</c> needs one.</summary>
    public string? Incident { get; init; }

    /// <summary>Whether this is within the scope.</summary>
    /// <returns>Null, or one clause of what is not.</returns>
    internal string? ProblemOf(PeerIdentity requester, AccessRequest request, string scrub)
    {
        if (!requester.Equals(Requester)) return $"is {Requester}'s";
        if (request.Target?.Host is not { } host || !Hosts.Contains(host, StringComparer.OrdinalIgnoreCase)) return $"is for another host ({string.Join(", ", Hosts)})";
        if (!Operations.Contains(request.Operation)) return $"is for other operations ({string.Join(", ", Operations)})";
        if (request.Unscrubbed && !Operations.Contains(Rules.Operations.Unscrubbed)) return "does not speak of unscrubbed data";
        if (request.Unscrubbed && Incident is null) return "names no incident, which unscrubbed data need";
        if (Scrub is not null && Scrub != scrub) return $"asks for the scrub profile {Scrub}, and the host uses {scrub}";
        return request.Target.NamesProcess && !Processes.Any(process => process.Matches(request.Target))
            ? $"is for another process ({string.Join(", ", Processes)})"
            : null;
    }

    internal static GrantScope Read(ObjectReader reader)
    {
        ObjectReader limits = reader.Required("limits").AsObject();
        var scope = new GrantScope
        {
            Requester = ReadIdentity(reader.Required("requester")),
            Hosts = ReadList(reader.Required("hosts"), minimum: 1, item => item.AsText(Limits.NameCharacters)),
            Processes = ReadList(reader.Required("processes"), minimum: 0, GrantProcess.Read),
            Operations = ReadList(reader.Required("operations"), minimum: 1, ReadOperation),
            Scrub = reader.OptionalText("scrub", Limits.NameCharacters),
            Uses = limits.Required("uses").AsInteger(1, Limits.GrantUses),
            Bytes = (long?)limits.Optional("bytes")?.AsUnsigned(1, Limits.RequestNumber),
            Seconds = limits.Optional("seconds")?.AsInteger(1, Limits.OperationSeconds),
            Reason = reader.Required("reason").AsText(Limits.ReasonCharacters),
            Incident = reader.OptionalText("incident", Limits.IncidentCharacters),
        };
        limits.End();
        return scope;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("requester", Requester.Value);
        WriteList(writer, "hosts", Hosts, writer.WriteStringValue);
        WriteList(writer, "processes", Processes, process => process.Write(writer));
        WriteList(writer, "operations", Operations, writer.WriteStringValue);
        SignedFields.WriteOptional(writer, "scrub", Scrub);
        writer.WriteStartObject("limits");
        writer.WriteNumber("uses", Uses);
        if (Bytes is { } bytes) writer.WriteNumber("bytes", bytes);
        if (Seconds is { } seconds) writer.WriteNumber("seconds", seconds);
        writer.WriteEndObject();
        writer.WriteString("reason", Reason);
        SignedFields.WriteOptional(writer, "incident", Incident);
    }

    private static T[] ReadList<T>(StrictValue value, int minimum, Func<StrictValue, T> read)
    {
        IReadOnlyList<StrictValue> items = value.AsArray();
        if (items.Count < minimum || items.Count > Limits.GrantScope) throw value.Error($"must have {minimum} to {Limits.GrantScope} items");
        T[] found = [.. items.Select(read)];
        return found.Distinct().Count() == found.Length ? found : throw value.Error("has an item twice");
    }

    private static void WriteList<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> items, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (T item in items) write(item);
        writer.WriteEndArray();
    }

    private static PeerIdentity ReadIdentity(StrictValue value) =>
        PeerIdentity.TryParse(value.AsText(Limits.IdentityCharacters), out PeerIdentity? identity, out string problem) ? identity : throw value.Error(problem);

    private static string ReadOperation(StrictValue value)
    {
        string operation = value.AsText(Limits.NameCharacters);
        return Rules.Operations.IsKnown(operation) ? operation : throw value.Error("is no operation that is known here");
    }
}
