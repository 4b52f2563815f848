using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands;

/// <summary>`whoami`: who the agent takes us for, with which roles, until when.</summary>
internal static class WhoAmICommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("whoami", "Show who the host takes you for, and what that lets you do");
        var connection = new ConnectionOptions();
        Option<bool> json = CommonOptions.Json();
        connection.AddTo(command);
        command.Options.Add(json);
        command.SetAction((parsed, interrupted) => context.WithSessionAsync(
            parsed, connection, (session, _, _) => Task.FromResult(Show(session, context.Terminal, parsed.GetValue(json))), interrupted));
        return command;
    }

    private static int Show(Session session, Terminal terminal, bool json)
    {
        WhoAmI answer = WhoAmI.Of(session);
        if (json)
            terminal.Output.WriteLine(JsonSerializer.Serialize(answer, OutputJson.Default.WhoAmI));
        else
            WriteTo(terminal, answer);
        return ExitCode.Done;
    }

    /// <summary>One line a fact.</summary>
    public static void WriteTo(Terminal terminal, WhoAmI answer, string indent = "")
    {
        Line("you are", terminal.Bold(Table.Printable(answer.Identity)));
        Line("roles", answer.Roles.Length == 0 ? "none: the policy knows you, but gives you nothing" : string.Join(", ", answer.Roles.Select(Table.Printable)));
        Line("host", $"{Table.Printable(answer.Host)} (agent {Table.Printable(answer.Agent)})");
        Line("until", answer.NotAfter.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
        Line("scrubbed by", $"profile {Table.Printable(answer.Scrub)}");
        Line("recorded as", Table.Printable(answer.Session));

        void Line(string name, string value) => terminal.Output.WriteLine($"{indent}{terminal.Dim(name.PadRight(12))}{value}");
    }
}

/// <summary>The answer to `whoami`, as `--json` gives it.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Agent">The agent's version.</param>
/// <param name="Identity">From the certificate.</param>
/// <param name="Roles">The policy's roles of this identity.</param>
/// <param name="NotAfter">When a session opened now ends at the latest.</param>
/// <param name="Scrub">The scrub profile.</param>
/// <param name="Session">The session's id, and its recording's.</param>
internal sealed record WhoAmI(string Host, string Agent, string Identity, string[] Roles, DateTimeOffset NotAfter, string Scrub, string Session)
{
    public static WhoAmI Of(Connection.Session session)
    {
        SessionOpened opened = session.Opened;
        return new WhoAmI(session.Hello.Host, session.Hello.Version, opened.Identity, opened.Roles, opened.NotAfter, opened.Scrub, opened.Session);
    }
}
