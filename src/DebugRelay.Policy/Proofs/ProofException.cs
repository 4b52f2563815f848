namespace DebugRelay.Policy.Proofs;

/// <summary>A check's failure on its way to the result; it does not leave the library.</summary>
internal sealed class ProofException(ProofFailure failure, string message) : Exception(message)
{
    public ProofFailure Failure { get; } = failure;

    /// <summary>Runs the checks; bad input ends in a named failure, never in an exception.</summary>
    public static ProofResult<T> Catch<T>(Func<T> verify)
        where T : class
    {
        try
        {
            return new ProofResult<T> { Value = verify() };
        }
        catch (ProofException error)
        {
            return new ProofResult<T> { Failure = error.Failure, Message = error.Message };
        }
        catch (DocumentException error)
        {
            return new ProofResult<T> { Failure = ProofFailure.Malformed, Message = error.Message };
        }
    }
}
