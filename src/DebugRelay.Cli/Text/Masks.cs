using System.Text.RegularExpressions;

namespace DebugRelay.Cli.Text;

/// <summary>What was scrubbed looks scrubbed, so that nobody debugs a mask.</summary>
internal static partial class Masks
{
    /// <summary>The text on one line, with masks such as `[email]` in a dim colour where there are colours.</summary>
    public static string Shown(Terminal terminal, string text) => Mask().Replace(Table.Printable(text), mask => terminal.Dim(mask.Value));

    [GeneratedRegex(@"\[[a-z][a-z0-9-]{2,39}(:k[0-9]+:[^\]]{1,32})?\]")]
    private static partial Regex Mask();
}
