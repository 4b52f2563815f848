using System.CommandLine;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;

namespace DebugRelay.Cli.Commands;

/// <summary>`completion SHELL`: a script that lets a shell complete commands and options, by asking this program.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # In ~/.bashrc: source <(debugrelay completion bash)
            _debugrelay() {
              local IFS=$'\n'
              COMPREPLY=($(debugrelay "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
            }
            complete -o default -F _debugrelay debugrelay
            """,
        ["fish"] = """
            # In ~/.config/fish/config.fish: debugrelay completion fish | source
            complete -c debugrelay -a '(debugrelay "[suggest:"(string length -- (commandline -cp))"]" (commandline -cp) 2>/dev/null)'
            """,
        ["zsh"] = """
            # In ~/.zshrc, after compinit: source <(debugrelay completion zsh)
            _debugrelay() {
              local line="${(j: :)words[1,CURRENT]}"
              local -a found
              found=("${(@f)$(debugrelay "[suggest:${#line}]" "$line" 2>/dev/null)}")
              compadd -- ${found:#} || _files
            }
            compdef _debugrelay debugrelay
            """,
    };

    private static readonly string[] Shells = Sorted.Names(Scripts);

    public static Command Create(CommandContext context)
    {
        var shell = new Argument<string>("SHELL") { HelpName = string.Join('|', Shells), Description = string.Join(", ", Shells) };
        shell.CompletionSources.Add(_ => Shells.Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        var command = new Command("completion", "Write the script that completes commands and options in a shell") { shell };
        command.SetAction(parsed =>
        {
            string name = parsed.GetRequiredValue(shell);
            string script = Scripts.GetValueOrDefault(name) ?? throw new UsageException($"there is no script for '{name}'", $"give one of {string.Join(", ", Shells)}");
            context.Terminal.Output.WriteLine(script);
            return ExitCode.Done;
        });
        return command;
    }
}
