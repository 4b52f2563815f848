using System.Text.Json;
using DebugRelay.Policy.Json;

namespace DebugRelay.Policy.Rules;

/// <summary>From the JSON of policy.json to a <see cref="PolicyDocument"/>; the first fault ends the reading.</summary>
internal static class PolicyReader
{
    private const int RoleNameCharacters = 64;

    // The most that a policy may set. Higher numbers are slips of the pen, or a host's end.
    private const int MostSessions = 100;
    private const int MostDumps = 100;
    private const int MostApprovers = 10;
    private const long MostBytes = 1L << 40;

    public static PolicyDocument Read(ReadOnlySpan<byte> utf8)
    {
        ObjectReader document = StrictJson.ParseFile(utf8, Limits.PolicyBytes).AsObject();
        IReadOnlyList<Role> roles = [.. document.Required("roles").AsMap().Select(member => ReadRole(member.Key, member.Value))];
        (IReadOnlyList<IdentityPattern> approvers, string usage) = ReadApprovers(document.Optional("approvers"));
        (IReadOnlyList<IdentityPattern> reviewers, bool readUnscrubbed) = ReadReviewers(document.Optional("reviewers"));
        IReadOnlyList<IdentityPattern> denySigners = ReadMemberList(document.Optional("denySigners"));
        IReadOnlySet<string> staleCrl = ReadStaleCrl(document.Optional("staleCrl"));
        RecordingRules recordings = ReadRecordings(document.Optional("recordings"));
        document.Optional("$schema")?.AsText(Limits.ReasonCharacters);
        document.End();
        return new PolicyDocument
        {
            Roles = roles,
            Approvers = approvers,
            ApproverUsage = usage,
            Reviewers = reviewers,
            ReviewersReadUnscrubbed = readUnscrubbed,
            DenySigners = denySigners,
            StaleCrlAllow = staleCrl,
            Recordings = recordings,
        };
    }

    private static Role ReadRole(string name, StrictValue value)
    {
        if (!IsRoleName(name)) throw value.Error($"a role's name has 1 to {RoleNameCharacters} letters, digits, '.', '-' or '_'");
        ObjectReader reader = value.AsObject();
        var role = new Role
        {
            Name = name,
            Members = ReadMembers(reader.Required("members")),
            Targets = reader.Optional("targets") is { } targets ? [.. targets.AsArray().Select(ReadTarget)] : null,
            Allow = ReadAllow(reader.Optional("allow")),
            WithGrant = ReadWithGrant(reader.Optional("withGrant")),
            BreakGlass = ReadBreakGlass(reader.Optional("breakGlass")),
            Observe = ReadObserve(reader.Optional("observe")),
            Limits = ReadLimits(reader.Optional("limits")),
            RequireReason = reader.Optional("requireReason")?.AsBoolean() ?? false,
        };
        reader.End();
        foreach (string operation in role.WithGrant.Keys.Where(role.Allow.Contains))
        {
            throw value.Error($"{operation} stands in \"allow\" and in \"withGrant\"; it can only be in one");
        }
        return role;
    }

    private static bool IsRoleName(string name) =>
        name.Length is > 0 and <= RoleNameCharacters && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static IReadOnlyList<IdentityPattern> ReadMembers(StrictValue value) =>
    [
        .. value.AsArray().Select(item =>
            IdentityPattern.TryParse(item.AsText(Limits.IdentityCharacters), out string problem) ?? throw item.Error(problem)),
    ];

    private static TargetPattern ReadTarget(StrictValue value)
    {
        ObjectReader reader = value.AsObject();
        var pattern = new TargetPattern
        {
            Host = reader.OptionalText("host", Limits.GlobCharacters) is { } host ? new Glob(host.ToLowerInvariant()) : null,
            Process = ReadGlob(reader, "process"),
            User = ReadGlob(reader, "user"),
            Container = ReadGlob(reader, "container"),
        };
        reader.End();
        return pattern;
    }

    private static Glob? ReadGlob(ObjectReader reader, string key) =>
        reader.OptionalText(key, Limits.GlobCharacters) is { } pattern ? new Glob(pattern) : null;

    private static HashSet<string> ReadAllow(StrictValue? value)
    {
        var operations = new HashSet<string>(StringComparer.Ordinal);
        foreach (StrictValue item in value?.AsArray() ?? [])
        {
            string operation = KnownOperation(item, item.AsText(Limits.NameCharacters));
            if (operation == Operations.Unscrubbed) throw item.Error("unscrubbed needs a grant always: it belongs in \"withGrant\" alone");
            if (!operations.Add(operation)) throw item.Error($"{operation} is listed twice");
        }
        return operations;
    }

    /// <summary>Only what is carried out by an event-pipe session takes time enough to be watched.</summary>
    private static HashSet<string> ReadObserve(StrictValue? value)
    {
        HashSet<string> operations = ReadAllow(value);
        return operations.FirstOrDefault(operation => !Operations.IsEventPipe(operation)) is { } other
            ? throw value!.Error($"{other} cannot be watched; these can: {string.Join(", ", Operations.All.Where(Operations.IsEventPipe).Order(StringComparer.Ordinal))}")
            : operations;
    }

    private static Dictionary<string, GrantRequirement> ReadWithGrant(StrictValue? value)
    {
        var requirements = new Dictionary<string, GrantRequirement>(StringComparer.Ordinal);
        foreach ((string name, StrictValue item) in value?.AsMap() ?? [])
        {
            ObjectReader reader = item.AsObject();
            requirements.Add(KnownOperation(item, name), new GrantRequirement(reader.Required("approvers").AsInteger(1, MostApprovers)));
            reader.End();
        }
        return requirements;
    }

    private static BreakGlassRule? ReadBreakGlass(StrictValue? value)
    {
        if (value is null) return null;
        ObjectReader reader = value.AsObject();
        var rule = new BreakGlassRule(
            ReadAllow(reader.Required("allow")),
            ReadDuration(reader.Required("for")),
            reader.Optional("again") is { } again ? ReadDuration(again) : Limits.BreakGlassAgain,
            ReadAnnounce(reader.Optional("announce")));
        reader.End();
        return rule;
    }

    private static bool ReadAnnounce(StrictValue? value) => value?.AsText(Limits.NameCharacters) switch
    {
        null or "required" => false,
        "best-effort" => true,
        _ => throw value.Error("must be \"required\" or \"best-effort\""),
    };

    private static RoleLimits ReadLimits(StrictValue? value)
    {
        if (value is null) return RoleLimits.Default;
        RoleLimits missing = RoleLimits.Default;
        ObjectReader reader = value.AsObject();
        var limits = new RoleLimits
        {
            Session = reader.Optional("session") is { } session ? ReadDuration(session) : missing.Session,
            Idle = reader.Optional("idle") is { } idle ? ReadDuration(idle) : missing.Idle,
            Sessions = reader.Optional("sessions")?.AsInteger(1, MostSessions) ?? missing.Sessions,
            Bytes = reader.Optional("bytes") is { } bytes ? ReadSize(bytes, MostBytes) : missing.Bytes,
            Dumps = reader.Optional("dumps")?.AsInteger(0, MostDumps) ?? missing.Dumps,
            TraceBuffer = reader.Optional("traceBuffer") is { } buffer ? ReadSize(buffer, (long)Limits.BufferMegabytes << 20) : missing.TraceBuffer,
            Providers = reader.Optional("providers") is { } providers ? ReadProviders(providers) : missing.Providers,
        };
        reader.End();
        return limits;
    }

    private static ProviderRules ReadProviders(StrictValue value) => new()
    {
        Patterns =
        [
            .. value.AsArray().Select(item => ProviderPattern.TryParse(item.AsText(Limits.ProviderNameCharacters))
                ?? throw item.Error("is no provider: write NAME, or NAME:0xKEYWORDS with up to 16 hexadecimal digits")),
        ],
    };

    private static TimeSpan ReadDuration(StrictValue value)
    {
        string text = value.Kind == JsonValueKind.Number ? value.Text : value.AsText(Limits.NameCharacters);
        if (!Quantities.TryParseDuration(text, out TimeSpan duration)) throw value.Error("is no duration: write seconds, 30s, 10m, 12h or hh:mm:ss");
        return duration <= Limits.Session ? duration : throw value.Error("is longer than 24 hours");
    }

    private static long ReadSize(StrictValue value, long maximum)
    {
        string text = value.Kind == JsonValueKind.Number ? value.Text : value.AsText(Limits.NameCharacters);
        if (!Quantities.TryParseSize(text, out long bytes)) throw value.Error("is no size: write bytes, or 64KiB, 10MiB, 2GiB");
        return bytes <= maximum ? bytes : throw value.Error($"is larger than {maximum} bytes");
    }

    private static (IReadOnlyList<IdentityPattern> Members, string Usage) ReadApprovers(StrictValue? value)
    {
        if (value is null) return ([], PolicyDocument.DefaultApproverUsage);
        ObjectReader reader = value.AsObject();
        IReadOnlyList<IdentityPattern> members = ReadMembers(reader.Required("members"));
        string usage = reader.Optional("eku") is { } eku ? ReadUsage(eku) : PolicyDocument.DefaultApproverUsage;
        reader.End();
        return (members, usage);
    }

    private static string ReadUsage(StrictValue value)
    {
        string text = value.AsText(Limits.NameCharacters);
        bool valid = text.Split('.') is { Length: > 1 } arcs && arcs.All(arc => arc.Length > 0 && arc.All(char.IsAsciiDigit));
        return valid ? text : throw value.Error("is no object identifier such as 1.3.6.1.4.1.99999.1");
    }

    private static HashSet<string> ReadStaleCrl(StrictValue? value)
    {
        if (value is null) return [];
        ObjectReader reader = value.AsObject();
        StrictValue allow = reader.Required("allow");
        HashSet<string> operations = ReadAllow(allow);
        reader.End();
        return operations.FirstOrDefault(operation => !Operations.IsHarmless(operation)) is { } risky
            ? throw allow.Error($"{risky} is no harmless operation: it always stops when a revocation list is stale")
            : operations;
    }

    private static IReadOnlyList<IdentityPattern> ReadMemberList(StrictValue? value)
    {
        if (value is null) return [];
        ObjectReader reader = value.AsObject();
        IReadOnlyList<IdentityPattern> members = ReadMembers(reader.Required("members"));
        reader.End();
        return members;
    }

    private static (IReadOnlyList<IdentityPattern> Members, bool ReadUnscrubbed) ReadReviewers(StrictValue? value)
    {
        if (value is null) return ([], false);
        ObjectReader reader = value.AsObject();
        IReadOnlyList<IdentityPattern> members = ReadMembers(reader.Required("members"));
        bool readUnscrubbed = reader.Optional("unscrubbed") is { } unscrubbed && ReadKept(unscrubbed);
        reader.End();
        return (members, readUnscrubbed);
    }

    private static bool ReadKept(StrictValue value) => value.AsText(Limits.NameCharacters) switch
    {
        "ciphertext" => true,
        "hash" => false,
        _ => throw value.Error("must be \"ciphertext\" (reviewers can read it) or \"hash\""),
    };

    private static RecordingRules ReadRecordings(StrictValue? value)
    {
        if (value is null) return RecordingRules.Default;
        ObjectReader reader = value.AsObject();
        KeptStreams streams = reader.Optional("streams") is { } all ? ReadKeptStreams(all) : KeptStreams.Plain;
        var operations = new Dictionary<string, KeptStreams>(StringComparer.Ordinal);
        foreach ((string name, StrictValue item) in reader.Optional("operations")?.AsMap() ?? []) operations.Add(KnownOperation(item, name), ReadKeptStreams(item));
        reader.End();
        return new RecordingRules(streams, operations);
    }

    private static KeptStreams ReadKeptStreams(StrictValue value) => value.AsText(Limits.NameCharacters) switch
    {
        "plain" => KeptStreams.Plain,
        "hash" => KeptStreams.Hash,
        "encrypted" => KeptStreams.Encrypted,
        _ => throw value.Error("must be \"plain\", \"hash\" or \"encrypted\""),
    };

    private static string KnownOperation(StrictValue value, string operation) => Operations.IsKnown(operation)
        ? operation
        : throw value.Error($"unknown operation; known: {string.Join(", ", Operations.All.Order(StringComparer.Ordinal))}");
}
