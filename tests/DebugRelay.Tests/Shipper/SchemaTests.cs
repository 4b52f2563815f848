using System.Text.Json;
using Xunit;

namespace DebugRelay.Tests.Shipper;

/// <summary>
/// Holds <see cref="OcsfFacts"/> against the schema itself: `git clone --branch 1.4.0 https://github.com/ocsf/ocsf-schema` and
/// DEBUGRELAY_OCSF_SCHEMA=FOLDER. The schema is not part of this repository.
/// </summary>
public class SchemaTests
{
    private static readonly string? Checkout = Environment.GetEnvironmentVariable("DEBUGRELAY_OCSF_SCHEMA");

    [Fact]
    public void The_facts_are_those_of_the_published_schema()
    {
        Assert.SkipUnless(Directory.Exists(Checkout), "DEBUGRELAY_OCSF_SCHEMA names no checkout of ocsf-schema");
        Assert.Equal(OcsfFacts.Version, Read("version.json").GetProperty("version").GetString());
        Dictionary<string, string> files = Directory.EnumerateFiles(Path.Combine(Checkout!, "events"), "*.json", SearchOption.AllDirectories).ToDictionary(f => Path.GetFileNameWithoutExtension(f));
        foreach (OcsfFacts facts in OcsfFacts.All)
        {
            var attributes = new Dictionary<string, JsonElement>();
            var activities = new SortedSet<int>();
            for (string? name = Path.GetFileNameWithoutExtension(facts.File); name is not null;)
            {
                JsonElement json = Read(Path.GetRelativePath(Checkout!, files[name]));
                foreach (JsonProperty attribute in json.GetProperty("attributes").EnumerateObject().Where(a => a.Value.ValueKind == JsonValueKind.Object))
                {
                    if (attribute.Value.TryGetProperty("requirement", out _))
                        attributes.TryAdd(attribute.Name, attribute.Value);
                    if (attribute.Name == "activity_id" && attribute.Value.TryGetProperty("enum", out JsonElement known))
                        activities.UnionWith(known.EnumerateObject().Select(e => int.Parse(e.Name, System.Globalization.CultureInfo.InvariantCulture)));
                }
                name = json.TryGetProperty("extends", out JsonElement parent) ? parent.GetString() : null;
            }
            Assert.Equal(facts.Required.Order(), attributes.Where(a => a.Value.GetProperty("requirement").GetString() == "required").Select(a => a.Key).Order());
            Assert.Equal(facts.Activities, activities);
            JsonElement own = Read(facts.File);
            Assert.Equal(facts.AtLeastOne, Constraint(own, "at_least_one"));
            Assert.Equal(facts.JustOne, Constraint(own, "just_one"));
        }
    }

    private static string[] Constraint(JsonElement json, string name)
        => json.TryGetProperty("constraints", out JsonElement constraints) && constraints.TryGetProperty(name, out JsonElement names) ? [.. names.EnumerateArray().Select(n => n.GetString()!)] : [];

    private static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Checkout!, file))).RootElement;
}
