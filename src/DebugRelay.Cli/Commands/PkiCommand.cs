using System.CommandLine;
using System.Globalization;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Pki;
using DebugRelay.Cli.Text;

namespace DebugRelay.Cli.Commands;

/// <summary>`pki init|issue|revoke`: certificates for development and small sites.</summary>
internal static class PkiCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("pki", "Make certificates for development and small sites; elsewhere bring your own CA");
        command.Subcommands.Add(Init(context.Terminal));
        command.Subcommands.Add(Issue(context.Terminal));
        command.Subcommands.Add(Revoke(context.Terminal));
        return command;
    }

    private static Command Init(Terminal terminal)
    {
        Option<string> folder = Folder();
        Option<bool> force = CommonOptions.Force();
        var command = new Command("init", "Make a CA: ca.crt, ca.key, ca.crl") { folder, force };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(folder);
            Authority(path).Init(parsed.GetValue(force));
            terminal.Output.WriteLine($"made {Path.Combine(path, "ca.crt")}, ca.key and ca.crl");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Issue(Terminal terminal)
    {
        Option<string> folder = Folder();
        Option<string> name = Name();
        var server = new Option<string[]>("--server") { HelpName = "NAME", Description = "A name or address of an agent's host; repeat for more" };
        var identity = new Option<string>("--id") { HelpName = "ID", Description = "An engineer's identity: spiffe://… or email:…" };
        var approver = new Option<bool>("--approver") { Description = "The engineer may approve grants where the policy says so too" };
        var lifetime = new Option<string>("--for") { HelpName = "TIME", Description = $"How long it holds ({Durations.Form}); 12h for engineers, 90 days for agents if left out" };
        Option<bool> force = CommonOptions.Force();
        var command = new Command("issue", "Issue a certificate: NAME.crt, NAME.key") { folder, name, server, identity, approver, lifetime, force };
        command.SetAction(parsed =>
        {
            var order = new CertificateOrder
            {
                Name = parsed.GetRequiredValue(name),
                ServerNames = parsed.GetValue(server) ?? [],
                Identity = parsed.GetValue(identity),
                Approver = parsed.GetValue(approver),
                Lifetime = parsed.GetValue(lifetime) is { } time ? Durations.Parse(time) : null,
            };
            string path = parsed.GetRequiredValue(folder);
            DateTimeOffset end = Authority(path).Issue(order, parsed.GetValue(force));
            string until = end.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
            terminal.Output.WriteLine($"issued {Path.Combine(path, $"{order.Name}.crt")} and {order.Name}.key, valid until {until}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Revoke(Terminal terminal)
    {
        Option<string> folder = Folder();
        Option<string> name = Name();
        var command = new Command("revoke", "Revoke what was issued under a name, and write ca.crl anew") { folder, name };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(folder);
            int count = Authority(path).Revoke(parsed.GetRequiredValue(name));
            terminal.Output.WriteLine($"revoked {count} certificate{(count == 1 ? "" : "s")}; give agents the new {Path.Combine(path, "ca.crl")}");
            return ExitCode.Done;
        });
        return command;
    }

    private static DevelopmentAuthority Authority(string folder) => new(folder, TimeProvider.System);

    private static Option<string> Folder() => new("--dir") { HelpName = "DIR", Description = "The CA's folder", Required = true };

    private static Option<string> Name() => new("--name") { HelpName = "NAME", Description = "What the files are called", Required = true };
}
