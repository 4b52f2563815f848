using System.Buffers;
using System.Buffers.Binary;
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
    private static readonly byte[][] Secrets = [Encoding.Unicode.GetBytes(SeedCorpus.Secret), Encoding.UTF8.GetBytes(SeedCorpus.Utf8Secret)];

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
        if (HoldsSecret(_first.Written)) return "The secret came out.";
        return OutputLength == 0 ? null : JudgeAgain();
    }

    private static bool HoldsSecret(ReadOnlySpan<byte> output)
    {
        foreach (var secret in Secrets)
        {
            if (output.IndexOf(secret) is >= 0 and var at && !IsAmongNumbers(output, at)) return true;
        }
        return false;
    }

    /// <summary>
    /// Whether the place is in a V6 block of ended threads, which holds nothing but numbers: a block of names that damage turned into one is read
    /// as numbers, and numbers pass.
    /// </summary>
    private static bool IsAmongNumbers(ReadOnlySpan<byte> output, int place)
    {
        const int V6HeadSize = 20;
        const int RemoveThread = 7;
        if (BinaryPrimitives.ReadUInt32LittleEndian(output[8..]) != 0) return false;
        for (var at = V6HeadSize; ;)
        {
            var head = BinaryPrimitives.ReadUInt32LittleEndian(output[at..]);
            at += sizeof(uint) + (int)(head & 0xFF_FFFF);
            if (place < at) return head >> 24 == RemoveThread;
        }
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
