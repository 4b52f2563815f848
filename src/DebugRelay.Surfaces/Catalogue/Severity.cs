namespace DebugRelay.Surfaces.Catalogue;

/// <summary>How bad a debug surface is where it is found, least first.</summary>
public enum Severity
{
    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>Gives away little, or only to who is inside already.</summary>
    Low,

    /// <summary>Gives away something to somebody who should not have it, or weakens what holds others.</summary>
    Medium,

    /// <summary>Gives away data or control to whoever reaches it.</summary>
    High,

    /// <summary>Gives control to anybody who reaches it, without a question.</summary>
    Critical,
}
