using System.CommandLine;
using System.Security.Cryptography;
using DebugRelay.Cli.Commands.Access;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Reviews;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>`recording review PATH --sign`: the reviewer puts his name to what he verified. Without `--sign`, it says who has.</summary>
internal sealed class ReviewCommand
{
    private readonly CommandContext _context;
    private readonly Argument<string> _path = SessionFolder.Argument();
    private readonly Option<bool> _sign = new("--sign") { Description = "Sign the recording as it is now" };
    private readonly Option<string> _comment = new("--comment") { HelpName = "TEXT", Description = "What you found, for those who come after" };
    private readonly ApproverOptions _reviewer = new();
    private readonly VerificationOptions _by = new();

    private ReviewCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        var review = new ReviewCommand(context);
        var command = new Command("review", "Sign a recording as its reviewer, or say who has") { review._path, review._sign, review._comment };
        review._reviewer.AddTo(command);
        review._by.AddTo(command);
        command.SetAction(review.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(_path);
        Verification by = _by.Load(parsed, _context.Surroundings);
        RecordedSession session = SessionFolder.Read(path);
        Verdict verdict = by.Judge(path);
        if (parsed.GetValue(_sign))
            Sign(parsed, path, session, verdict, by);
        return Tell(path, session, verdict, by);
    }

    /// <summary>A recording that was tampered with is signed as well: that somebody saw it belongs to the story, and the verdict stands in what he signs.</summary>
    private void Sign(ParseResult parsed, string path, RecordedSession session, Verdict verdict, Verification by)
    {
        if (parsed.GetValue(_comment) is { Length: > Limits.MaxReviewComment })
            throw new UsageException($"a comment has at most {Limits.MaxReviewComment} characters", "say it shorter, and name a document");
        using SigningCertificate reviewer = _reviewer.Load(parsed, _context.Surroundings);
        if (ReviewCheck.JudgeIdentity(reviewer.Identity, session.Identity, by.Policy).Problem is { } problem)
            throw new UsageException(problem, "let a member of the policy's reviewers sign");
        SealedHead head = SessionFolder.Reading(() => SealedHead.Read(path))
            ?? throw new UsageException("no segment of the recording is sealed, so there is nothing that a signature could cover", "see `debugrelay recording verify`");
        byte[] statement = new ReviewStatement(
            1, ReviewStatement.RecordingReview, head.Session, head.Host, head.Segments, head.Sha256, verdict.ToString(), DateTimeOffset.UtcNow, parsed.GetValue(_comment)).ToUtf8();
        byte[] signature = SignCms(statement, reviewer);
        if (ReviewCheck.Judge(statement, signature, session.Identity, by.Trust, by.Policy, DateTimeOffset.UtcNow).Problem is { } refused)
            throw new UsageException($"this signature would not count: {refused}", "give a certificate of the CA that --ca names");
        string name = SessionFolder.Reading(() => ReviewFiles.Add(path, statement, signature));
        _context.Terminal.Output.WriteLine($"signed as {reviewer.Identity}: {Path.Combine(path, name)} and {Path.Combine(path, Path.ChangeExtension(name, ".p7s"))}");
        reviewer.WarnOfEnd(_context.Terminal);
    }

    private static byte[] SignCms(byte[] statement, SigningCertificate reviewer)
    {
        try
        {
            return DetachedSignature.Sign(statement, ReadOnlyMemory<byte>.Empty, reviewer.Certificate, reviewer.Intermediates);
        }
        catch (CryptographicException error)
        {
            throw new UsageException($"the key cannot sign: {error.Message}", "give an ECDSA or RSA key with --key", error);
        }
    }

    /// <returns>Done where the recording is good and needs no (further) review.</returns>
    private int Tell(string path, RecordedSession session, Verdict verdict, Verification by)
    {
        _context.Terminal.Output.WriteLine(Table.Printable(verdict.ToString()));
        IReadOnlyList<JudgedReview> reviews = JudgedReview.ReadAll(path, session, by);
        foreach (JudgedReview review in reviews)
            _context.Terminal.Output.WriteLine(Table.Printable(review.Problem is { } problem ? $"{review.File} does not count: {problem}" : $"reviewed by {review.Reviewer}{(review.Comment is { } comment ? $": {comment}" : "")}"));
        bool open = session.IsBreakGlass && reviews.All(review => review.Problem is not null);
        if (open)
            _context.Terminal.Output.WriteLine("open: access was taken without a grant (break-glass), and no reviewer has signed");
        return open || verdict.Status != VerdictStatus.Ok ? ExitCode.Found : ExitCode.Done;
    }
}
