using System.Buffers;
using System.CommandLine;
using DebugRelay.Cli.Commands.Access;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>`recording decrypt PATH [STREAM]`: what was delivered, from a recording that keeps it encrypted to reviewers.</summary>
internal static class DecryptCommand
{
    private const int ReadSize = 256 * 1024;

    public static Command Create(CommandContext context)
    {
        Argument<string> path = SessionFolder.Argument();
        var stream = new Argument<string?>("STREAM") { Description = "Such as 0001.nettrace; may be left out where there is one", DefaultValueFactory = _ => null };
        var reviewer = new ApproverOptions();
        var output = new Option<string>("-o", "--output") { HelpName = "FILE", Description = "Where to write it; STREAM if left out" };
        Option<bool> force = CommonOptions.Force();
        var command = new Command("decrypt", "Open what a recording keeps encrypted, as a reviewer") { path, stream, output, force };
        reviewer.AddTo(command);
        command.SetAction(async (parsed, interrupted) =>
        {
            using SigningCertificate key = reviewer.Load(parsed, context.Surroundings);
            string folder = parsed.GetRequiredValue(path), name = Choose(folder, parsed.GetValue(stream)), file = parsed.GetValue(output) ?? name;
            long bytes = await DecryptAsync(folder, name, key, file, parsed.GetValue(force), interrupted);
            context.Terminal.Output.WriteLine($"{file}   {Amounts.Bytes(bytes)}, as it was delivered");
            return ExitCode.Done;
        });
        return command;
    }

    private static string Choose(string folder, string? wanted)
    {
        SessionFolder.Read(folder);
        IReadOnlyList<string> there = EncryptedStream.List(folder);
        string all = there.Count > 0 ? string.Join(", ", there) : "none";
        if (wanted is null)
            return there.Count == 1 ? there[0] : throw new UsageException("which stream is not clear", $"name one of these that are encrypted: {all}");
        return there.Contains(wanted) ? wanted : throw new UsageException($"the recording holds no encrypted stream {wanted}", $"these are: {all}");
    }

    private static async Task<long> DecryptAsync(string folder, string name, SigningCertificate key, string path, bool force, CancellationToken interrupted)
    {
        byte[] buffer = new byte[ReadSize];
        try
        {
            await using EncryptedStream source = EncryptedStream.Open(folder, name, key.Certificate);
            await using ResultFile result = ResultFile.Create(path, force);
            for (int got; (got = source.Read(buffer)) > 0;)
                await result.AppendAsync(new ReadOnlySequence<byte>(buffer, 0, got), interrupted);
            await result.FinishAsync();
            return result.Length;
        }
        catch (RecordingException error) when (error.Error == RecordingError.CannotDecrypt)
        {
            throw new MismatchException(error.Message);
        }
        catch (RecordingException error)
        {
            throw new UsageException(error.Message, "give the folder of a session: RECORDINGS/SESSION", error);
        }
    }
}
