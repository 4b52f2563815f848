using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Policy;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>`--ca`, `--heads`, `--ledger` and `--policy`: what a recording and its reviews are judged by.</summary>
internal sealed class VerificationOptions
{
    private readonly CaOption _ca = new();
    private readonly Option<string> _heads = new("--heads") { HelpName = "FILE", Description = "Heads that were kept while the session ran" };
    private readonly Option<string> _ledger = new("--ledger") { HelpName = "PATH", Description = "The host's state folder or one ledger, to hold the recording against" };
    private readonly Option<string> _policy = new("--policy") { HelpName = "FILE", Description = "The host's policy.json: who counts as a reviewer" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_ca.Option, _heads, _ledger, _policy])
            command.Options.Add(option);
    }

    /// <summary>Reads what is given.</summary>
    /// <exception cref="UsageException">A file cannot be used, or no CA is given anywhere.</exception>
    public Verification Load(ParseResult parsed, ClientSurroundings surroundings)
    {
        string ca = _ca.Resolve(parsed, surroundings);
        try
        {
            string? file = parsed.GetValue(_heads), ledger = parsed.GetValue(_ledger);
            IReadOnlyList<WitnessedHead> heads = file is null ? [] : WitnessedHead.ReadFile(file);
            var options = new VerifyOptions { Heads = heads, Ledgers = ledger is null ? null : HostLedgers.Read(ledger, heads) };
            return new Verification(LoadAnchors(ca), ca, file, options, LoadPolicy(parsed.GetValue(_policy)));
        }
        catch (RecordingException error)
        {
            throw new UsageException(error.Message, "see --heads and --ledger", error);
        }
    }

    /// <summary>The same, where a verdict is welcome but not what the command is for.</summary>
    /// <returns>Null where no CA is given anywhere.</returns>
    public Verification? LoadOrNull(ParseResult parsed, ClientSurroundings surroundings)
        => (parsed.GetValue(_ca.Option) ?? surroundings.Variable("CA") ?? surroundings.LoadConfiguration().Ca) is null ? null : Load(parsed, surroundings);

    private static X509Certificate2Collection LoadAnchors(string path)
    {
        try
        {
            var anchors = new X509Certificate2Collection();
            anchors.ImportFromPemFile(path);
            return anchors.Count > 0 ? anchors : throw new UsageException($"the CA file {path} holds no certificate", "give a PEM file with --ca");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UsageException($"the CA file {path} cannot be used: {error.Message}", "give a PEM file with --ca", error);
        }
    }

    private static PolicyDocument? LoadPolicy(string? path)
    {
        try
        {
            return path is null ? null : PolicyDocument.Parse(File.ReadAllBytes(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DocumentException)
        {
            throw new UsageException($"the policy {path} cannot be used: {error.Message}", "give the host's policy.json with --policy", error);
        }
    }
}

/// <summary>What a recording is judged by.</summary>
/// <param name="Anchors">The CA.</param>
/// <param name="CaFile">Its file, for commands that are shown.</param>
/// <param name="HeadsFile">The file of heads, likewise; null where there is none.</param>
/// <param name="Options">Heads and ledgers.</param>
/// <param name="Policy">Who counts as a reviewer; null: anyone whom the CA vouches for, except the engineer.</param>
internal sealed record Verification(
    X509Certificate2Collection Anchors, string CaFile, string? HeadsFile, VerifyOptions Options, PolicyDocument? Policy)
{
    /// <summary>Revocation is the host's to know: a reviewer's certificate is judged by its chain and its time.</summary>
    public TrustStore Trust => new(Anchors, CertificateRevocationLists.None);

    /// <exception cref="UsageException">There is no verdict: the folder cannot be read.</exception>
    public Verdict Judge(string path) => SessionFolder.Reading(() => RecordingVerifier.Verify(path, Anchors, Options));
}
