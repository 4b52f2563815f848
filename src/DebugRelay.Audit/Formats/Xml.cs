using System.Xml;
using System.Xml.Linq;
using DebugRelay.Audit.Scanning;

namespace DebugRelay.Audit.Formats;

/// <summary>XML whose elements know their lines; no DTD, nothing from elsewhere.</summary>
internal static class Xml
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, MaxCharactersInDocument = Limits.TextBytes };

    /// <summary>The file as a tree; null, and the file is reported, where it is no XML.</summary>
    public static XDocument? Read(FileScan scan)
    {
        try
        {
            return Parse(scan.Text);
        }
        catch (XmlException e)
        {
            scan.Unreadable($"is no XML ({e.Message.Split('.')[0]})", Math.Max(1, e.LineNumber));
            return null;
        }
    }

    /// <exception cref="XmlException">It is no XML.</exception>
    public static XDocument Parse(string text)
    {
        using var reader = XmlReader.Create(new StringReader(text.TrimStart('\uFEFF')), Settings);
        return XDocument.Load(reader, LoadOptions.SetLineInfo);
    }

    /// <summary>The line of an element or attribute, from 1.</summary>
    public static int Line(this XObject node) => node is IXmlLineInfo info && info.HasLineInfo() ? info.LineNumber : 1;

    /// <summary>An attribute's value, whatever the case of its name.</summary>
    public static string? Value(this XElement element, string attribute)
        => element.Attributes().FirstOrDefault(a => a.Name.LocalName.Equals(attribute, StringComparison.OrdinalIgnoreCase))?.Value;

    /// <summary>All elements of a local name, in any namespace.</summary>
    public static IEnumerable<XElement> All(this XContainer root, string name)
        => root.Descendants().Where(e => e.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase));
}
