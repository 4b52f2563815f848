using System.CommandLine;

namespace DebugRelay.Cli.Commands.Access;

/// <summary>`access …`: ask for what the policy allows with a grant only, and approve it.</summary>
internal static class AccessCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("access", "Ask for what the policy allows only with a grant, and approve it");
        command.Subcommands.Add(AccessRequestCommand.Create(context));
        command.Subcommands.Add(AccessApproveCommand.Create(context));
        command.Subcommands.Add(AccessShowCommand.Create(context));
        command.Subcommands.Add(AccessVerifyCommand.Create(context));
        command.Subcommands.Add(AccessUnsealCommand.Create(context));
        return command;
    }
}
