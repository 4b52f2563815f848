namespace DebugRelay.Cli.Pki;

/// <summary>A <c>pki</c> command could not be carried out; nothing was overwritten.</summary>
/// <param name="problem">What is wrong, in one clause.</param>
/// <param name="advice">What to do about it.</param>
internal sealed class PkiException(string problem, string advice) : Exception($"{problem}: {advice}")
{
    public string Problem { get; } = problem;

    public string Advice { get; } = advice;
}
