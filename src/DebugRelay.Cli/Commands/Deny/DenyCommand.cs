using System.CommandLine;
using System.Security.Cryptography;
using DebugRelay.Cli.Commands.Access;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Policy;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Revocation;

namespace DebugRelay.Cli.Commands.Deny;

/// <summary>`deny add|sign|show`: deny lists, by which access ends at once on every host that gets them.</summary>
internal static class DenyCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("deny", "Write a deny list: what it names ends within two seconds on every host that gets it");
        command.Subcommands.Add(Add(context));
        command.Subcommands.Add(Sign(context));
        command.Subcommands.Add(Show(context));
        return command;
    }

    private static Command Add(CommandContext context)
    {
        Argument<string> file = ListFile();
        var options = new DenyEntryOptions();
        var signer = new ApproverOptions();
        var command = new Command("add", "Add entries to a list, or begin one; its version rises, and it is signed anew") { file };
        options.AddTo(command);
        signer.AddTo(command);
        command.SetAction(parsed =>
        {
            using SigningCertificate by = signer.Load(parsed, context.Surroundings);
            string path = parsed.GetRequiredValue(file);
            DenyDraft draft = DenyDraft.Load(path);
            draft.Add(options.Read(parsed));
            return Write(context.Terminal, path, draft.ToUtf8(), by);
        });
        return command;
    }

    private static Command Sign(CommandContext context)
    {
        Argument<string> file = ListFile();
        var signer = new ApproverOptions();
        var command = new Command("sign", "Sign a list as it is: after an edit by hand, which must have raised its version") { file };
        signer.AddTo(command);
        command.SetAction(parsed =>
        {
            using SigningCertificate by = signer.Load(parsed, context.Surroundings);
            string path = parsed.GetRequiredValue(file);
            return Write(context.Terminal, path, File.ReadAllBytes(path), by);
        });
        return command;
    }

    private static Command Show(CommandContext context)
    {
        Argument<string> file = ListFile();
        var command = new Command("show", "Show what a list denies; its signature is the hosts' to judge") { file };
        command.SetAction(parsed =>
        {
            DenyList list = Parse(parsed.GetRequiredValue(file), File.ReadAllBytes(parsed.GetRequiredValue(file)));
            context.Terminal.Output.WriteLine($"version {list.Version}, {list.Entries.Count} denied");
            foreach (DenyEntry entry in list.Entries)
                context.Terminal.Output.WriteLine($"  {Table.Printable(entry.ToString())}");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The signature first: until its list is there, hosts have no use for it, and a list never lies there without one.</summary>
    private static int Write(Terminal terminal, string path, byte[] content, SigningCertificate by)
    {
        DenyList list = Parse(path, content);
        byte[] signature;
        try
        {
            signature = DetachedSignature.Sign(content, ReadOnlyMemory<byte>.Empty, by.Certificate, by.Intermediates);
        }
        catch (CryptographicException error)
        {
            throw new UsageException($"the key cannot sign: {error.Message}", "give --cert and --key of a deny signer", error);
        }
        string signatureFile = Path.ChangeExtension(path, DenySignature.Extension);
        Replace(signatureFile, signature);
        Replace(path, content);
        terminal.Output.WriteLine($"{Table.Printable(path)}: version {list.Version}, {list.Entries.Count} denied, signed by {Table.Printable(by.Identity.ToString())} in {Table.Printable(signatureFile)}");
        by.WarnOfEnd(terminal);
        return ExitCode.Done;
    }

    /// <exception cref="UsageException">The file is no list.</exception>
    internal static DenyList Parse(string path, byte[] content)
    {
        try
        {
            return DenyList.Parse(content);
        }
        catch (DocumentException error)
        {
            throw new UsageException($"{path} is no deny list: {error.Message}", "see docs/operations.md for its form", error);
        }
    }

    private static void Replace(string path, byte[] content)
    {
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static Argument<string> ListFile() => new("FILE") { Description = "The list, deny.json; its signature lies beside it as deny.p7s" };
}
