using DebugRelay.Cli.Text;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>Tells the demo's story, and remembers what was not as it should be.</summary>
internal sealed class Narrator(Terminal terminal)
{
    private readonly List<string> _problems = [];

    public Terminal Terminal => terminal;

    public IReadOnlyList<string> Problems => _problems;

    /// <summary>A new chapter.</summary>
    public void Chapter(string title)
    {
        terminal.Output.WriteLine();
        terminal.Output.WriteLine(terminal.Bold(title));
    }

    public void Say(string line) => terminal.Output.WriteLine(line);

    /// <summary>A fact with its name, under the chapter's title.</summary>
    public void Fact(string name, string value) => Say($"  {terminal.Dim(name.PadRight(30))}  {value}");

    /// <summary>A fact that must hold.</summary>
    public void Check(string name, bool holds, string good, string bad)
    {
        Fact(name, holds ? terminal.Good(good) : terminal.Bad(bad));
        if (!holds)
            _problems.Add($"{name}: {bad}");
    }
}
