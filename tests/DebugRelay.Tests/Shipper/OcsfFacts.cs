using System.Text.Json;

namespace DebugRelay.Tests.Shipper;

/// <summary>
/// Facts about the classes that we use of OCSF 1.4.0, written down from the published schema: what is required, which activities there are, which of
/// several attributes must be there. <see cref="SchemaTests"/> holds them against a checkout of the schema.
/// </summary>
internal sealed record OcsfFacts(int ClassUid, string File, string[] Required, int[] Activities, string[] AtLeastOne, string[] JustOne)
{
    public const string Version = "1.4.0";

    private static readonly string[] Always = ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"];

    public static readonly OcsfFacts[] All =
    [
        new(0, "events/base_event.json", Always, [0, 99], [], []),
        new(2004, "events/findings/detection_finding.json", [.. Always, "finding_info"], [0, 1, 2, 3, 99], [], []),
        new(3002, "events/iam/authentication.json", [.. Always, "user"], [0, 1, 2, 3, 4, 5, 6, 99], ["service", "dst_endpoint"], []),
        new(3003, "events/iam/authorize_session.json", [.. Always, "user"], [0, 1, 2, 99], [], ["privileges", "group"]),
        new(3005, "events/iam/user_access.json", [.. Always, "privileges", "user"], [0, 1, 2, 99], [], []),
        new(4014, "events/network/tunnel_activity.json", Always, [0, 1, 2, 3, 99], ["connection_info", "session", "src_endpoint", "traffic", "tunnel_interface", "tunnel_type_id"], []),
        new(6003, "events/application/api_activity.json", [.. Always, "actor", "api", "src_endpoint"], [0, 1, 2, 3, 4, 99], [], []),
    ];

    /// <summary>What objects must hold: all of the first, one of the second.</summary>
    private static readonly Dictionary<string, (string[] All, string[] One)> Objects = new()
    {
        ["metadata"] = (["product", "version"], []),
        ["product"] = ([], ["name", "uid"]),
        ["user"] = ([], ["account", "name", "uid"]),
        ["actor"] = ([], ["process", "user", "invoked_by", "session", "app_name", "app_uid"]),
        ["api"] = (["operation"], []),
        ["service"] = ([], ["name", "uid"]),
        ["src_endpoint"] = ([], ["ip", "uid", "name", "hostname", "svc_name", "instance_uid", "interface_uid", "interface_name", "domain"]),
        ["dst_endpoint"] = ([], ["ip", "uid", "name", "hostname", "svc_name", "instance_uid", "interface_uid", "interface_name", "domain"]),
        ["finding_info"] = (["uid"], []),
    };

    /// <summary>What an event breaks; empty where it is as the schema says.</summary>
    public static IEnumerable<string> Problems(JsonElement json)
    {
        int classUid = json.GetProperty("class_uid").GetInt32();
        if (All.FirstOrDefault(f => f.ClassUid == classUid) is not { } facts)
            return [$"class {classUid} is none of ours"];
        return [.. facts.OfEvent(json), .. OfObjects(json)];
    }

    private IEnumerable<string> OfEvent(JsonElement json)
    {
        foreach (string missing in Required.Where(r => !json.TryGetProperty(r, out _)))
            yield return $"{ClassUid} lacks {missing}";
        int activity = json.GetProperty("activity_id").GetInt32();
        if (!Activities.Contains(activity))
            yield return $"{ClassUid} has no activity {activity}";
        if (json.GetProperty("type_uid").GetInt64() != (ClassUid * 100L) + activity || json.GetProperty("category_uid").GetInt32() != ClassUid / 1000)
            yield return $"{ClassUid}: type or category is another";
        if (json.GetProperty("severity_id").GetInt32() is not (>= 0 and <= 6 or 99))
            yield return $"{ClassUid}: no such severity";
        if (json.GetProperty("metadata").GetProperty("version").GetString() != Version)
            yield return $"{ClassUid}: another version";
        if (AtLeastOne.Length > 0 && !AtLeastOne.Any(a => json.TryGetProperty(a, out _)))
            yield return $"{ClassUid} has none of {string.Join(", ", AtLeastOne)}";
        if (JustOne.Length > 0 && JustOne.Count(a => json.TryGetProperty(a, out _)) != 1)
            yield return $"{ClassUid} must have one of {string.Join(", ", JustOne)}";
        // Network activities name an endpoint; statuses are those of the class.
        if (ClassUid == 4014 && !json.TryGetProperty("src_endpoint", out _) && !json.TryGetProperty("dst_endpoint", out _))
            yield return "4014 names no endpoint";
        if (json.TryGetProperty("status_id", out JsonElement status) && !(ClassUid == 2004 ? [1, 2, 3, 4, 5] : (int[])[0, 1, 2, 99]).Contains(status.GetInt32()))
            yield return $"{ClassUid}: no such status";
    }

    private static IEnumerable<string> OfObjects(JsonElement parent)
    {
        foreach (JsonProperty member in parent.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.Object && m.Name != "unmapped"))
        {
            if (Objects.TryGetValue(member.Name, out var facts))
            {
                foreach (string missing in facts.All.Where(a => !member.Value.TryGetProperty(a, out _)))
                    yield return $"{member.Name} lacks {missing}";
                if (facts.One.Length > 0 && !facts.One.Any(a => member.Value.TryGetProperty(a, out _)))
                    yield return $"{member.Name} has none of {string.Join(", ", facts.One)}";
            }
            foreach (string problem in OfObjects(member.Value))
                yield return problem;
        }
    }
}
