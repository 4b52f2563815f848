using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DebugRelay.Audit.Files;

/// <summary>What a web.config transform takes away or sets. Elements that stay keep their lines.</summary>
/// <remarks>Replace, Remove, RemoveAll, RemoveAttributes, SetAttributes and Insert, found by path or with the locator Match: what transforms use to close what is open in development.</remarks>
internal static partial class ConfigTransform
{
    private static readonly XNamespace Xdt = "http://schemas.microsoft.com/XML-Document-Transform";

    /// <summary>Applies a transform to a configuration, level by level.</summary>
    public static void Apply(XElement target, XElement transform)
    {
        foreach (XElement change in transform.Elements())
        {
            XElement[] found = [.. target.Elements(change.Name).Where(e => Matches(e, change))];
            string action = change.Attribute(Xdt + "Transform")?.Value ?? "";
            Match call = Call().Match(action);
            string[] names = call.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            switch (call.Groups[1].Value)
            {
                case "Replace":
                    foreach (XElement element in found.Take(1))
                        element.ReplaceWith(Plain(change));
                    break;
                case "Remove" or "RemoveAll":
                    foreach (XElement element in call.Groups[1].Value == "Remove" ? found.Take(1) : found)
                        element.Remove();
                    break;
                case "RemoveAttributes":
                    foreach (XElement element in found)
                        element.Attributes().Where(a => names.Length == 0 || names.Contains(a.Name.LocalName)).Remove();
                    break;
                case "SetAttributes":
                    foreach (XElement element in found)
                        Set(element, change, names);
                    break;
                case "Insert" or "InsertIfMissing" when found.Length == 0 || call.Groups[1].Value == "Insert":
                    target.Add(Plain(change));
                    break;
            }
            foreach (XElement element in found.Where(e => e.Parent is not null))
                Apply(element, change);
        }
    }

    private static void Set(XElement element, XElement change, string[] names)
    {
        foreach (XAttribute attribute in change.Attributes().Where(a => a.Name.Namespace != Xdt && !a.IsNamespaceDeclaration && (names.Length == 0 || names.Contains(a.Name.LocalName))))
            element.SetAttributeValue(attribute.Name, attribute.Value);
    }

    private static bool Matches(XElement element, XElement change)
    {
        Match locator = Call().Match(change.Attribute(Xdt + "Locator")?.Value ?? "");
        return locator.Groups[1].Value != "Match"
            || locator.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries).All(name => element.Attribute(name)?.Value == change.Attribute(name)?.Value);
    }

    private static XElement Plain(XElement change)
    {
        var copy = new XElement(change);
        copy.DescendantsAndSelf().Attributes().Where(a => a.Name.Namespace == Xdt).Remove();
        return copy;
    }

    [GeneratedRegex(@"^\s*(\w+)\s*(?:\(([^)]*)\))?")]
    private static partial Regex Call();
}
