using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using DebugRelay.NetTrace;

namespace DebugRelay.Fuzz;

/// <summary>
/// What holds for every input: nothing is thrown, nothing takes long or much memory, the secret does not come out, and what comes out is a whole
/// stream that comes out of a second pass as it is.
/// </summary>
internal sealed class Oracle
{
    /// <summary>Far above what an input of some hundred bytes can justify, far below what a hostile length could ask for.</summary>
    private const long MaxAllocated = 2 * 1024 * 1024;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(1);
    private static readonly byte[][] Secrets = [Encoding.Unicode.GetBytes(SeedCorpus.Secret), Encoding.UTF8.GetBytes(SeedCorpus.Secret)];

    private readonly ArrayPipeWriter _first = new();
    private readonly ArrayPipeWriter _second = new();

    public RewriteState State { get; private set; }

    public int OutputLength => _first.Written.Length;

    /// <summary>What the input broke, or null.</summary>
    public string? Judge(ReadOnlySpan<byte> input)
    {
        var copy = input.ToArray();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        try
        {
            State = Rewrite(copy, copy.Length, _first, new BlankingFilter());
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return fault.ToString();
        }
        if (Stopwatch.GetElapsedTime(start) > MaxTime) return "It took more than a second.";
        if (GC.GetAllocatedBytesForCurrentThread() - allocated > MaxAllocated) return "It allocated more than 2 MB.";
        foreach (var secret in Secrets)
        {
            if (_first.Written.IndexOf(secret) >= 0) return "The secret came out.";
        }
        return OutputLength == 0 ? null : JudgeAgain();
    }

    private string? JudgeAgain()
    {
        var again = Rewrite(_first.Bytes, OutputLength, _second, KeepingFilter.Instance);
        if (again != RewriteState.Complete) return $"The output is not whole: {again}.";
        return _second.Written.SequenceEqual(_first.Written) ? null : "The output does not come out of a second pass as it is.";
    }

    private static RewriteState Rewrite(byte[] input, int length, ArrayPipeWriter output, ITraceFilter filter)
    {
        output.Clear();
        var reader = PipeReader.Create(new ReadOnlySequence<byte>(input, 0, length));
        return NetTraceRewriter.RewriteAsync(reader, output, filter).GetAwaiter().GetResult().State;
    }

    /// <summary>Empties every text and zeroes every other value.</summary>
    private sealed class BlankingFilter : ITraceFilter
    {
        private int _events;

        public EventAction Plan(EventType type)
        {
            foreach (var field in type.Fields) field.IsVisited = true;
            return EventAction.Visit;
        }

        public EventAction Visit(EventType type, ref EventFields fields)
        {
            if (++_events % 7 == 0) return EventAction.Drop;
            for (var i = 0; i < fields.Count; i++)
            {
                if (_events % 2 == 0) fields.Blank(i);
                else fields.Replace(i, "another text");
            }
            return EventAction.Keep;
        }
    }

    private sealed class KeepingFilter : ITraceFilter
    {
        public static KeepingFilter Instance { get; } = new();

        public EventAction Plan(EventType type) => EventAction.Keep;

        public EventAction Visit(EventType type, ref EventFields fields) => EventAction.Keep;

        public string VisitText(StreamText place, string name, string text) => text;
    }
}
