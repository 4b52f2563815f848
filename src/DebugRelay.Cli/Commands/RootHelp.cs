using System.CommandLine;
using System.Text;
using DebugRelay.Cli.Text;

namespace DebugRelay.Cli.Commands;

/// <summary>
/// The first help text, in the library's form, with one paragraph a command. The library's own is built of queries that are compiled anew at each start, which
/// alone takes a third of the time that this text may take; each command's help is the library's.
/// </summary>
internal static class RootHelp
{
    public static void Write(Command root, Terminal terminal)
    {
        int width = terminal.IsOutputScreen ? Math.Max(Terminal.Columns, 40) : int.MaxValue;
        var text = new StringBuilder();
        text.Append("Description:\n  ").Append(root.Description).Append("\n\nUsage:\n  debugrelay [command] [options]\n\nOptions:\n");
        var rows = new List<string[]>();
        foreach (Option option in root.Options)
        {
            if (!option.Hidden)
                rows.Add([Label(option), option.Description ?? ""]);
        }
        Append(text, rows, width);
        rows.Clear();
        foreach (Command command in root.Subcommands)
        {
            if (!command.Hidden)
                rows.Add([Label(command), command.Description ?? ""]);
        }
        text.Append("\nCommands:\n");
        Append(text, rows, width);
        terminal.Output.WriteLine(text.ToString());
    }

    private static string Label(Option option)
    {
        var names = new List<string> { option.Name };
        foreach (string alias in option.Aliases)
        {
            // The library answers to Windows' forms too, and names them on Windows alone.
            if (alias[0] == '-')
                names.Add(alias);
        }
        names.Sort((a, b) => a.Length != b.Length ? a.Length - b.Length : string.CompareOrdinal(a, b));
        return string.Join(", ", names) + (option.HelpName is { } value ? $" <{value}>" : "");
    }

    private static string Label(Command command)
    {
        string label = command.Name;
        foreach (Argument argument in command.Arguments)
            label += $" <{argument.HelpName ?? argument.Name}>";
        return label;
    }

    /// <summary>Two columns; the second is broken between words, and ends with its first paragraph.</summary>
    private static void Append(StringBuilder text, List<string[]> rows, int width)
    {
        int indent = 4;
        foreach (string[] row in rows)
            indent = Math.Max(indent, row[0].Length + 4);
        foreach (string[] row in rows)
        {
            text.Append("  ").Append(row[0].PadRight(indent - 2));
            int column = indent;
            foreach (string word in row[1].Split('\n')[0].Split(' '))
            {
                if (column > indent && column + 1 + word.Length > width)
                {
                    text.Append('\n').Append(' ', indent);
                    column = indent;
                }
                else if (column > indent)
                {
                    text.Append(' ');
                    column++;
                }
                text.Append(word);
                column += word.Length;
            }
            text.Append('\n');
        }
    }
}
