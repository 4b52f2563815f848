using System.CommandLine;
using System.Text;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Policy;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;

namespace DebugRelay.Cli.Commands.Access;

/// <summary>`access show FILE`: what a request asks, or what a grant gives and who signed it. Judges nobody.</summary>
internal static class AccessShowCommand
{
    public static Command Create(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "A request or a grant" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("show", "Show what a request asks, or a grant gives") { file };
        command.Options.Add(json);
        command.SetAction(parsed => Show(context, parsed.GetRequiredValue(file), parsed.GetValue(json)));
        return command;
    }

    private static int Show(CommandContext context, string path, bool json)
    {
        byte[] bytes = GrantFile.Read(path);
        if (json)
        {
            // The document is JSON as it is.
            Parse(path, bytes);
            context.Terminal.Output.WriteLine(Encoding.UTF8.GetString(bytes));
            return ExitCode.Done;
        }
        switch (Parse(path, bytes))
        {
            case GrantRequest request:
                AccessText.Write(context.Terminal, request);
                break;
            case GrantDocument grant:
                AccessText.Write(context.Terminal, grant);
                AccessText.Line(context.Terminal, "signed by", Signers(GrantFile.Load(path)));
                break;
        }
        return ExitCode.Done;
    }

    private static object Parse(string path, byte[] bytes)
    {
        try
        {
            return GrantDocument.Parse(bytes);
        }
        catch (DocumentException)
        {
            return GrantMaking.ParseRequest(path, bytes);
        }
    }

    private static string Signers(GrantFiles files)
    {
        try
        {
            using DetachedSignature signature = DetachedSignature.Verify(files.Document, files.Signatures);
            return string.Join(", ", signature.Signers.Select(signer => PeerIdentity.FromCertificate(signer).Value)) + " (see `access verify` for whether they count)";
        }
        catch (Exception error) when (error is SignatureException or IdentityException)
        {
            return $"nobody that can be believed: the signature {error.Message}";
        }
    }
}
