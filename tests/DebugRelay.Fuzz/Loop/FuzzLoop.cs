using System.Diagnostics;
using System.Globalization;

namespace DebugRelay.Fuzz;

/// <summary>What broke a promise, and the input that did it.</summary>
internal sealed record Finding(string What, byte[] Input);

/// <summary>How a run of the loop went.</summary>
internal sealed record FuzzResult(long Executions, long Accepted, long Cut, long Refused, Finding? Finding)
{
    /// <summary>One line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Executions:N0} executions: {Accepted:N0} accepted, {Cut:N0} cut, {Refused:N0} refused{(Finding is null ? "" : $"; {Finding.What}")}");
}

/// <summary>Gives a target one damaged input after another, until a finding or the end of the run.</summary>
internal sealed class FuzzLoop(FuzzTarget target, long executions, int seed, TimeSpan time)
{
    /// <summary>An input that takes so long does not come back: it is the finding, and its thread is left where it is.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private readonly FuzzOracle _oracle = new(target);
    private readonly long[] _outcomes = new long[3];
    private byte[] _input = [];
    private int _length;
    private long _done;
    private Finding? _finding;
    private Exception? _fault;

    /// <summary>Runs one target.</summary>
    /// <param name="target">The target.</param>
    /// <param name="executions">How many inputs.</param>
    /// <param name="seed">The same seed gives the same inputs.</param>
    /// <param name="time">When to end, however many there were.</param>
    public static FuzzResult Run(FuzzTarget target, long executions, int seed, TimeSpan time) => new FuzzLoop(target, executions, seed, time).Run();

    private FuzzResult Run()
    {
        var running = new Thread(Go) { IsBackground = true };
        running.Start();
        for (long seen = -1; !running.Join(Hang); seen = _done)
        {
            if (seen == Volatile.Read(ref _done)) return Result(new Finding("It hangs.", _input[.._length]));
        }
        return _fault is null ? Result(_finding) : throw new InvalidOperationException("The target made no input.", _fault);
    }

    private FuzzResult Result(Finding? finding) => new(_done, _outcomes[0], _outcomes[1], _outcomes[2], finding);

    private void Go()
    {
        try
        {
            var random = new Random(seed);
            var start = Stopwatch.GetTimestamp();
            for (; _done < executions; Volatile.Write(ref _done, _done + 1))
            {
                if (_done % 256 == 0 && Stopwatch.GetElapsedTime(start) >= time) break;
                var input = target.Next(random);
                Keep(input);
                if (_oracle.Judge(input) is { } what)
                {
                    _finding = new Finding(what, input.ToArray());
                    break;
                }
                _outcomes[(int)_oracle.Outcome]++;
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            _fault = fault;
        }
    }

    /// <summary>Where one that hangs can be found.</summary>
    private void Keep(ReadOnlySpan<byte> input)
    {
        if (_input.Length < input.Length) _input = new byte[input.Length * 2];
        input.CopyTo(_input);
        _length = input.Length;
    }
}
