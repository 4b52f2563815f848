using System.Text;

namespace DebugRelay.Cli.Text;

/// <summary>Asks for a passphrase on the terminal, without showing it.</summary>
internal static class Passphrases
{
    /// <returns>Null where no person sits at the terminal.</returns>
    public static string? Ask(string file)
    {
        if (Console.IsInputRedirected || Console.IsErrorRedirected)
            return null;
        Console.Error.Write($"passphrase of {Table.Printable(file)}: ");
        var typed = new StringBuilder();
        for (ConsoleKeyInfo key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
