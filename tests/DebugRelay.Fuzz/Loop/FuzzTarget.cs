namespace DebugRelay.Fuzz;

/// <summary>What an input came to.</summary>
internal enum Outcome
{
    /// <summary>It is valid as a whole.</summary>
    Accepted,

    /// <summary>What was read of it, before an error with a name, is valid.</summary>
    Cut,

    /// <summary>Nothing of it was taken, and the error has a name.</summary>
    Refused,
}

/// <summary>A piece of code under test: where its inputs come from, and what must hold for each. Used by one thread.</summary>
internal abstract class FuzzTarget
{
    /// <summary>As the command line calls it.</summary>
    public abstract string Name { get; }

    /// <summary>The assemblies that a guided run instruments.</summary>
    public abstract IReadOnlyList<string> Assemblies { get; }

    /// <summary>How long one input may take, whatever it is.</summary>
    public virtual TimeSpan MaxTime => TimeSpan.FromSeconds(1);

    /// <summary>Bytes that <see cref="Run"/> may allocate for an input of this length. Far below what a hostile length inside it could ask for.</summary>
    public abstract long MaxAllocated(int length);

    /// <summary>Makes the next input, which is valid until the next call.</summary>
    public abstract ReadOnlySpan<byte> Next(Random random);

    /// <summary>Undamaged inputs of every form, for a guided run to begin with.</summary>
    public abstract IEnumerable<byte[]> Seeds();

    /// <summary>Runs the code under test; measured. What it throws is a finding, so the errors that have a name are caught in here.</summary>
    public abstract Outcome Run(ReadOnlySpan<byte> input);

    /// <summary>Looks at what <see cref="Run"/> has left; not measured.</summary>
    /// <returns>Which promise was broken, or null.</returns>
    public virtual string? Check(ReadOnlySpan<byte> input) => null;
}
