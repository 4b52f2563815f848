namespace DebugRelay.Cli.Observing;

/// <summary>Finds the method that threw, below the runtime's own methods that do the throwing.</summary>
internal static class ThrowSite
{
    private const string Dispatch = "System.Runtime.ExceptionServices.ExceptionDispatchInfo";

    // Above the one that threw there are a handful of frames of the runtime's.
    private const int Deepest = 12;

    /// <param name="stack">Addresses, innermost first.</param>
    /// <param name="names">What they are called.</param>
    /// <returns>The method; empty where it is not known; null where the exception was thrown before, and passes on here from one task to another.</returns>
    public static string? Find(ReadOnlySpan<ulong> stack, MethodNames names)
    {
        int site = 0;
        for (int i = 0; i < Math.Min(stack.Length, Deepest); i++)
        {
            if (names.Find(stack[i]) is not { } method)
                continue;
            if (method.Type == Dispatch)
                return null;
            if (!Throws(method))
                break;
            site = i + 1;
        }
        return site < stack.Length && names.Find(stack[site]) is { } thrower ? $"{thrower.Type}.{thrower.Name}" : "";
    }

    private static bool Throws(MethodName method)
        => method.Type is "System.Runtime.EH" or "System.ThrowHelper" || method.Type.EndsWith(".ThrowHelper", StringComparison.Ordinal);
}
