using System.Text.RegularExpressions;
using DebugRelay.Audit.Scanning;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DebugRelay.Audit.Formats;

/// <summary>YAML documents as trees whose nodes know their lines.</summary>
internal static partial class Yaml
{
    /// <summary>The documents of a file. Helm's and other templates are read as far as they parse.</summary>
    /// <returns>None, and the file is reported, where it is no YAML.</returns>
    public static IReadOnlyList<YamlNode> Documents(FileScan scan)
    {
        bool isTemplate = scan.Text.Contains("{{", StringComparison.Ordinal);
        var documents = new List<YamlNode>();
        try
        {
            var stream = new YamlStream();
            using var reader = new StringReader(isTemplate ? Plain(scan.Text) : scan.Text);
            stream.Load(reader);
            documents.AddRange(stream.Documents.Select(d => d.RootNode));
        }
        catch (Exception e) when (e is YamlException or ArgumentException or InvalidOperationException)
        {
            int line = e is YamlException yaml ? (int)Math.Max(1, yaml.Start.Line) : 1;
            scan.Unreadable(isTemplate ? "is a template that does not parse before it is rendered" : $"is no YAML ({e.Message.Split('\n')[0].TrimEnd('.')})", line);
        }
        return documents;
    }

    /// <summary>A member of a mapping; null where there is none.</summary>
    public static YamlNode? Get(this YamlNode? node, string key)
        => node is YamlMappingNode mapping ? mapping.Children.FirstOrDefault(c => c.Key is YamlScalarNode k && k.Value == key).Value : null;

    /// <summary>A node at the end of a path of keys.</summary>
    public static YamlNode? Get(this YamlNode? node, params ReadOnlySpan<string> path)
    {
        foreach (string key in path)
            node = node.Get(key);
        return node;
    }

    /// <summary>The items of a sequence; none where it is something else.</summary>
    public static IEnumerable<YamlNode> Items(this YamlNode? node) => node is YamlSequenceNode sequence ? sequence.Children : [];

    /// <summary>The members of a mapping; none where it is something else.</summary>
    public static IEnumerable<(string Key, YamlNode KeyNode, YamlNode Value)> Members(this YamlNode? node)
    {
        if (node is not YamlMappingNode mapping)
            yield break;
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            if (key is YamlScalarNode { Value: { } name })
                yield return (name, key, value);
        }
    }

    /// <summary>A scalar's text; null where it is something else.</summary>
    public static string? Text(this YamlNode? node) => node is YamlScalarNode { Value: { } value } ? value : null;

    /// <summary>A scalar's text, or the texts of a sequence.</summary>
    public static IEnumerable<string> Texts(this YamlNode? node) => node.Text() is { } text ? [text] : node.Items().Select(i => i.Text()).OfType<string>();

    /// <summary>Whether a scalar says yes.</summary>
    public static bool IsTrue(this YamlNode? node) => node.Text() is { } text && text.Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <summary>A node's line, from 1.</summary>
    public static int Line(this YamlNode node) => (int)Math.Max(1, node.Start.Line);

    /// <summary>All mappings of a tree, the outer before the inner; bounded, since aliases may repeat trees.</summary>
    public static IEnumerable<YamlMappingNode> Mappings(this YamlNode root)
    {
        var open = new Stack<(YamlNode Node, int Depth)>([(root, 0)]);
        for (int seen = 0; open.TryPop(out (YamlNode Node, int Depth) next) && seen < Limits.YamlNodes; seen++)
        {
            if (next.Depth > Limits.Depth)
                continue;
            if (next.Node is YamlMappingNode mapping)
            {
                yield return mapping;
                foreach (YamlNode child in mapping.Children.Values.Reverse())
                    open.Push((child, next.Depth + 1));
            }
            else if (next.Node is YamlSequenceNode sequence)
            {
                foreach (YamlNode child in sequence.Children.Reverse())
                    open.Push((child, next.Depth + 1));
            }
        }
    }

    /// <summary>A template without its actions: lines that are nothing else go, values become a word.</summary>
    private static string Plain(string text) => Action().Replace(ActionLine().Replace(text, ""), "rendered");

    [GeneratedRegex(@"^[ \t]*(-[ \t]*)?\{\{[^\n]*\}\}[ \t]*\r?$", RegexOptions.Multiline)]
    private static partial Regex ActionLine();

    [GeneratedRegex(@"\{\{.*?\}\}")]
    private static partial Regex Action();
}
