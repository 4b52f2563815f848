namespace DebugRelay.Policy.Identity;

/// <summary>Why a certificate's names give no identity.</summary>
public enum IdentityFault
{
    /// <summary>There is no name to take.</summary>
    Missing,

    /// <summary>There are two names of a kind, and nothing says which one holds.</summary>
    Ambiguous,

    /// <summary>The name has characters, an encoding or a form that could pass for another name.</summary>
    Malformed,
}

/// <summary>A certificate's names give no identity that can be trusted to be what it looks like.</summary>
public sealed class IdentityException : Exception
{
    internal IdentityException(IdentityFault fault, string message)
        : base(message) => Fault = fault;

    /// <summary>Which kind of fault.</summary>
    public IdentityFault Fault { get; }
}
