using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Commands.Recordings;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Interactive;

/// <summary>The recordings of a folder, judged by the CA and by the heads that were kept here.</summary>
/// <param name="folder">The folder of all recordings.</param>
/// <param name="settings">Whose CA, certificate and key; null where none is configured.</param>
/// <param name="surroundings">For the verbs that do the work.</param>
internal sealed class RecordingLibrary(string folder, ConnectionSettings? settings, ClientSurroundings surroundings) : IRecordingLibrary
{
    public string Folder => folder;

    public IReadOnlyList<LibraryEntry> List()
    {
        if (!Directory.Exists(folder))
            return [];
        Verification? by = LoadVerification();
        return [.. RecordingReader.ListSessions(folder).Select(session => Read(session, by)).OrderByDescending(entry => entry.Story?.Opened ?? DateTimeOffset.MaxValue)];
    }

    public Verdict? Verify(string session) => LoadVerification()?.Judge(PathOf(session));

    public IReadOnlyList<VolumeSpan> Volume(string session)
        => SessionFolder.Read(PathOf(session)).Opened is { } opened ? VolumeSeries.Read(PathOf(session), opened) : [];

    public async IAsyncEnumerable<ReplayedLine> ReplayAsync(string session, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (ReplayLine line in RecordingReplay.ReadAsync(PathOf(session), reviewer: null, cancellation))
            yield return new ReplayedLine(line.Time, line.Text);
    }

    public async Task<string> ReportAsync(string session, CancellationToken cancellation)
    {
        string page = Path.GetFullPath($"{session}.html");
        // A recording that does not verify has a report as well: the verdict stands in it.
        await VerbAsync(["recording", "report", PathOf(session), "-o", page, .. Ca()], cancellation, ExitCode.Done, ExitCode.Found);
        return page;
    }

    public async Task<string> ReviewAsync(string session, string comment, CancellationToken cancellation)
    {
        if (settings is null)
            throw new UsageException("no certificate is given", "start the client with --cert and --key");
        string[] words = comment.Length > 0 ? ["--comment", comment] : [];
        string told = await VerbAsync(
            ["recording", "review", PathOf(session), "--sign", .. words, "--cert", settings.CertificateFile, "--key", settings.KeyFile, .. Ca()], cancellation, ExitCode.Done, ExitCode.Found);
        return told.Split('\n')[0];
    }

    private string PathOf(string session) => Path.Combine(folder, session);

    private IEnumerable<string> Ca() => settings is null ? [] : ["--ca", settings.CaFile];

    /// <summary>The verb does it, and says it; here it is shown.</summary>
    private async Task<string> VerbAsync(IReadOnlyList<string> arguments, CancellationToken cancellation, params int[] good)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await CommandLine.RunAsync(arguments, new Terminal(output, error), surroundings, cancellation);
        if (good.Contains(exitCode))
            return output.ToString();
        string[] told = error.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        throw new LocalException(told is [var what, ..] ? what.Replace("error: ", "", StringComparison.Ordinal) : $"it ended with {exitCode}", told is [_, var toDo, ..] ? toDo : null);
    }

    private LibraryEntry Read(string session, Verification? by)
    {
        try
        {
            RecordedSession story = SessionStory.Read(PathOf(session));
            string[] reviewers = by is null ? [] : [.. JudgedReview.ReadAll(PathOf(session), story, by).Where(review => review.Problem is null).Select(review => review.Reviewer!)];
            return new LibraryEntry(session, story, null, reviewers);
        }
        catch (Exception error) when (error is RecordingException or UsageException)
        {
            return new LibraryEntry(session, null, error.Message, []);
        }
    }

    private Verification? LoadVerification()
    {
        if (settings is null)
            return null;
        try
        {
            var anchors = new X509Certificate2Collection();
            anchors.ImportFromPemFile(settings.CaFile);
            return new Verification(anchors, settings.CaFile, null, new VerifyOptions { Heads = KeptHeads() }, null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UsageException($"the CA file {settings.CaFile} cannot be used: {error.Message}", "give a PEM file with --ca", error);
        }
    }

    /// <summary>All heads that commands kept on this machine.</summary>
    private IReadOnlyList<WitnessedHead> KeptHeads()
    {
        string[] files = surroundings.ReceiptsFolder is { } receipts && Directory.Exists(receipts) ? Directory.GetFiles(receipts, "*.heads") : [];
        return [.. files.SelectMany(file => SessionFolder.Reading(() => WitnessedHead.ReadFile(file)))];
    }
}
