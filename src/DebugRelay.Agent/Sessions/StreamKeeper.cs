using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Sessions;

/// <summary>What the recording keeps of an operation's delivery, as the policy says.</summary>
internal sealed partial class StreamKeeper(HostConfiguration configuration, LiveTrust trust, ILogger<StreamKeeper> logger)
{
    /// <summary>Decides for one operation.</summary>
    /// <param name="request">The operation.</param>
    /// <returns>How its delivery is kept; null where the policy wants it encrypted and there is nobody to encrypt it to.</returns>
    public StreamKeeping? For(OperationRequest request)
    {
        HostTrust current = trust.Current;
        KeptStreams kept = current.Policy.Recordings.For(request.Operation);
        if (request.Unscrubbed)
            // It comes encrypted already. Where no reviewer can open it, nobody ever can: its hash says as much.
            return kept == KeptStreams.Hash || !current.Policy.ReviewersReadUnscrubbed ? StreamKeeping.Hash : StreamKeeping.Plain;
        return kept switch
        {
            KeptStreams.Plain => StreamKeeping.Plain,
            KeptStreams.Hash => StreamKeeping.Hash,
            _ => Encrypted(ReviewerCertificates.Load(configuration, current, trust.Now, problem => Log.Unreadable(logger, problem))),
        };
    }

    /// <summary>What the entry of the decision says of it.</summary>
    public static string? Word(StreamKeeping keeping) => keeping.Form switch
    {
        StreamForm.Hash => "hash",
        StreamForm.Encrypted => "encrypted",
        _ => null,
    };

    private static StreamKeeping? Encrypted(IReadOnlyList<X509Certificate2> reviewers)
        => reviewers.Count is > 0 and <= Recording.Limits.MaxReviewers ? new StreamKeeping(StreamForm.Encrypted, reviewers) : null;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "reviewerCertificates: {Problem}")]
        public static partial void Unreadable(ILogger logger, string problem);
    }
}
