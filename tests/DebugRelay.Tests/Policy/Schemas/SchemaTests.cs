using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DebugRelay.Policy;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Rules;
using DebugRelay.Policy.Schemas;
using Json.Schema;
using Xunit;

namespace DebugRelay.Tests.Policy.Schemas;

/// <summary>The schemas that ship say what the readers say: the same keys, the same words, the same verdict on examples.</summary>
public class SchemaTests
{
    private static readonly JsonNode PolicySchema = JsonNode.Parse(SchemaFiles.Policy)!;

    /// <summary>Where an unknown key is put, and where the schema lists the known ones. The reader names those it knows.</summary>
    [Theory]
    [InlineData("""{ "roles": {}, "zzz": 1 }""", "")]
    [InlineData("""{ "roles": { "r": { "members": [], "zzz": 1 } } }""", "$defs/role")]
    [InlineData("""{ "roles": { "r": { "members": [], "targets": [{ "zzz": 1 }] } } }""", "$defs/target")]
    [InlineData("""{ "roles": { "r": { "members": [], "limits": { "zzz": 1 } } } }""", "$defs/limits")]
    [InlineData("""{ "roles": { "r": { "members": [], "withGrant": { "trace": { "approvers": 1, "zzz": 1 } } } } }""", "$defs/role/properties/withGrant/additionalProperties")]
    [InlineData("""{ "roles": { "r": { "members": [], "breakGlass": { "allow": [], "for": 1, "zzz": 1 } } } }""", "$defs/role/properties/breakGlass")]
    [InlineData("""{ "roles": {}, "approvers": { "members": [], "zzz": 1 } }""", "properties/approvers")]
    [InlineData("""{ "roles": {}, "reviewers": { "members": [], "zzz": 1 } }""", "properties/reviewers")]
    [InlineData("""{ "roles": {}, "denySigners": { "members": [], "zzz": 1 } }""", "$defs/people")]
    [InlineData("""{ "roles": {}, "staleCrl": { "allow": [], "zzz": 1 } }""", "properties/staleCrl")]
    public void The_policy_s_schema_knows_the_keys_that_the_reader_knows(string policy, string place)
    {
        DocumentException error = Assert.Throws<DocumentException>(() => PolicyDocument.Parse(Encoding.UTF8.GetBytes(policy)));
        const string Known = "unknown key; known here: ";
        Assert.StartsWith(Known, error.Problem);

        JsonNode schema = place.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(PolicySchema, (node, name) => node[name]!);

        Assert.Equal(error.Problem[Known.Length..].Split(", ").Order(), Keys(schema));
        Assert.False(schema["additionalProperties"]!.GetValue<bool>());
    }

    [Fact]
    public void The_policy_s_schema_knows_the_operations()
    {
        string[] operations = [.. PolicySchema["$defs"]!["operation"]!["enum"]!.AsArray().Select(each => each!.GetValue<string>())];
        string[] harmless = [.. PolicySchema["properties"]!["staleCrl"]!["properties"]!["allow"]!["items"]!["enum"]!.AsArray().Select(each => each!.GetValue<string>())];

        Assert.Equal(Operations.All.Where(each => each != Operations.Unscrubbed).Order(StringComparer.Ordinal), operations);
        Assert.Equal(Operations.All.Where(Operations.IsHarmless).Order(StringComparer.Ordinal), harmless);
    }

    [Fact]
    public void The_agent_s_schema_knows_the_keys_that_the_reader_knows()
    {
        JsonNode schema = JsonNode.Parse(SchemaFiles.Agent)!;
        var document = ConfigurationJson.Default.ConfigurationDocument.Properties;
        var limits = ConfigurationJson.Default.HostLimitsDocument.Properties;

        Assert.Equal(document.Select(each => each.Name).Order(), Keys(schema));
        Assert.Equal(document.Where(each => each.IsRequired).Select(each => each.Name).Order(), schema["required"]!.AsArray().Select(each => each!.GetValue<string>()).Order());
        Assert.Equal(limits.Select(each => each.Name).Order(), Keys(schema["properties"]!["limits"]!));
    }

    [Theory]
    [InlineData("""{ "roles": {} }""")]
    [InlineData("""{ "roles": { "oncall": { "members": ["spiffe://corp.example/eng/*", "email:bob@corp.example"], "targets": [{ "process": "Pay*", "user": "p", "container": "*" }], "allow": ["trace"], "withGrant": { "dump.heap": { "approvers": 1 }, "unscrubbed": { "approvers": 2 } }, "breakGlass": { "allow": ["dump.heap"], "for": "00:15:00" }, "limits": { "session": "00:30:00", "idle": 90, "sessions": 2, "bytes": "2GiB", "providers": ["System.*", "A:0x1f"] } } } }""")]
    [InlineData("""{ "roles": {}, "staleCrl": { "allow": ["counters"] }, "denySigners": { "members": ["cn:sec"] }, "approvers": { "members": [], "eku": "1.3.6.1.4.1.99999.1" } }""")]
    [InlineData("""{ "roles": { "a b": { "members": [] } } }""")]
    [InlineData("""{ "roles": { "r": { } } }""")]
    [InlineData("""{ "roles": { "r": { "members": ["alice"] } } }""")]
    [InlineData("""{ "roles": { "r": { "members": [], "allow": ["unscrubbed"] } } }""")]
    [InlineData("""{ "roles": { "r": { "members": [], "allow": ["profiler.attach"] } } }""")]
    [InlineData("""{ "roles": { "r": { "members": [], "withGrant": { "trace": { "approvers": 0 } } } } }""")]
    [InlineData("""{ "roles": { "r": { "members": [], "limits": { "session": "soon" } } } }""")]
    [InlineData("""{ "roles": { "r": { "members": [], "limits": { "bytes": "2GB" } } } }""")]
    [InlineData("""{ "roles": { "r": { "members": [], "limits": { "providers": ["A:1"] } } } }""")]
    [InlineData("""{ "roles": {}, "staleCrl": { "allow": ["trace"] } }""")]
    [InlineData("""{ "roles": [] }""")]
    [InlineData("""{ }""")]
    public void Schema_and_reader_agree_on_examples(string policy)
    {
        bool byReader = true;
        try
        {
            PolicyDocument.Parse(Encoding.UTF8.GetBytes(policy));
        }
        catch (DocumentException)
        {
            byReader = false;
        }
        using JsonDocument document = JsonDocument.Parse(policy);

        Assert.Equal(byReader, JsonSchema.FromText(SchemaFiles.Policy).Evaluate(document.RootElement).IsValid);
    }

    private static IEnumerable<string> Keys(JsonNode schema) => schema["properties"]!.AsObject().Select(each => each.Key).Order();
}
