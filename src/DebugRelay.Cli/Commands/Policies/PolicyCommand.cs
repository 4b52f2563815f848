using System.CommandLine;
using DebugRelay.Cli.Failures;
using DebugRelay.Policy;
using DebugRelay.Policy.Rules;
using DebugRelay.Policy.Schemas;

namespace DebugRelay.Cli.Commands.Policies;

/// <summary>`policy check|test|schema`: a policy judged offline, by the same code as on the host.</summary>
internal static class PolicyCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("policy", "Check a policy, and ask it as a host would");
        command.Subcommands.Add(PolicyCheckCommand.Create(context));
        command.Subcommands.Add(PolicyTestCommand.Create(context));
        command.Subcommands.Add(Schema(context));
        return command;
    }

    /// <summary>Reads a policy.</summary>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    /// <exception cref="DocumentException">It is no policy.</exception>
    public static PolicyDocument Load(string path) => PolicyDocument.Parse(ReadFile(path));

    private static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the policy cannot be read: {error.Message}", "give the path of a policy.json", error);
        }
    }

    private static Command Schema(CommandContext context)
    {
        var agent = new Option<bool>("--agent") { Description = "That of agent.json instead" };
        var command = new Command("schema", "Print the JSON Schema of policy.json, for an editor") { agent };
        command.SetAction(parsed =>
        {
            context.Terminal.Output.Write(parsed.GetValue(agent) ? SchemaFiles.Agent : SchemaFiles.Policy);
            return ExitCode.Done;
        });
        return command;
    }
}
