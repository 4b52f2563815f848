using System.Buffers;
using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Sealing;

namespace DebugRelay.Cli.Commands.Access;

/// <summary>`access unseal FILE`: opens a recording's copy of unscrubbed data, with the key of a reviewer for whom it was sealed.</summary>
internal static class AccessUnsealCommand
{
    private const int ReadSize = 256 * 1024;

    public static Command Create(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "A recording's streams/NNNN.sealed" };
        var approver = new ApproverOptions();
        var output = new Option<string>("-o", "--output") { HelpName = "FILE", Description = "Where to write what was sealed", Required = true };
        Option<bool> force = CommonOptions.Force();
        var command = new Command("unseal", "Open a recording's copy of unscrubbed data, as a reviewer") { file };
        approver.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(force);
        command.SetAction(async (parsed, interrupted) =>
        {
            using SigningCertificate reviewer = approver.Load(parsed, context.Surroundings);
            string path = parsed.GetRequiredValue(output);
            long bytes = await OpenAsync(parsed.GetRequiredValue(file), path, parsed.GetValue(force), reviewer, interrupted);
            context.Terminal.Output.WriteLine($"{path}   {Amounts.Bytes(bytes)}, not scrubbed: handle it as the incident's rules say");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<long> OpenAsync(string sealedPath, string path, bool force, SigningCertificate reviewer, CancellationToken interrupted)
    {
        await using FileStream source = Open(sealedPath);
        await using ResultFile result = ResultFile.Create(path, force);
        using SealedOpener opener = OpenerOf(reviewer);
        byte[] buffer = new byte[ReadSize];
        try
        {
            for (int got; (got = await source.ReadAsync(buffer, interrupted)) > 0;)
                await opener.OpenAsync(new ReadOnlySequence<byte>(buffer, 0, got), part => result.AppendAsync(new ReadOnlySequence<byte>(part), interrupted));
        }
        catch (SealException error)
        {
            throw new MismatchException($"{sealedPath}: {error.Message}");
        }
        if (!opener.IsComplete)
            throw new MismatchException($"{sealedPath}: the last piece is missing; what came before is kept as {result.PartialPath}");
        await result.FinishAsync();
        return result.Length;
    }

    private static SealedOpener OpenerOf(SigningCertificate reviewer)
    {
        if (reviewer.Certificate.GetRSAPrivateKey() is { } rsa)
            return SealedOpener.With(rsa);
        using ECDsa key = reviewer.Certificate.GetECDsaPrivateKey() ?? throw new UsageException("the key is neither elliptic nor RSA", "give the key of the reviewer's certificate");
        var agreement = ECDiffieHellman.Create();
        agreement.ImportPkcs8PrivateKey(key.ExportPkcs8PrivateKey(), out _);
        return SealedOpener.With(agreement);
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {error.Message}", "give a recording's streams/NNNN.sealed", error);
        }
    }
}
