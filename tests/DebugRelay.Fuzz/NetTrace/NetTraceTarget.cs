using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using DebugRelay.NetTrace;

namespace DebugRelay.Fuzz;

/// <summary>
/// Reader and rewriter. They are of one mind, the secret does not come out, and what comes out is a whole stream that comes out of a second pass as it is.
/// </summary>
internal sealed class NetTraceTarget : FuzzTarget
{
    /// <summary>The seed of the streams that a guided run begins with: the same every time.</summary>
    private const int CorpusSeed = 17;

    /// <summary>Longer ones cost AFL++ more than they bring.</summary>
    private const int CorpusSize = 8 * 1024;

    private const int CorpusCount = 150;

    private static readonly byte[][] Secrets = [Encoding.Unicode.GetBytes(SeedCorpus.Secret), Encoding.UTF8.GetBytes(SeedCorpus.Utf8Secret)];

    private readonly ArrayPipeWriter _first = new();
    private readonly ArrayPipeWriter _second = new();
    private SeedStream[]? _seeds;
    private NetTraceReader _reader = null!;
    private bool _isOverloaded;

    public override string Name => "nettrace";

    public override IReadOnlyList<string> Assemblies => ["DebugRelay.NetTrace"];

    public RewriteSummary Summary { get; private set; } = null!;

    public int OutputLength => _first.Written.Length;

    /// <summary>Blocks are read into buffers of their own.</summary>
    public override long MaxAllocated(int length) => 2 * 1024 * 1024;

    public override ReadOnlySpan<byte> Next(Random random) => StreamMutator.Mutate(random, _seeds ??= SeedCorpus.Make(random));

    public override IEnumerable<byte[]> Seeds() =>
        [.. SeedCorpus.Make(new Random(CorpusSeed)).Select(StreamMutator.Whole).Where(s => s.Length <= CorpusSize).Take(CorpusCount), RealTrace.Take()];

    /// <summary>For a quarter of the inputs, which their content tells, the output takes blocks only now and then.</summary>
    public override Outcome Run(ReadOnlySpan<byte> input)
    {
        var copy = input.ToArray();
        var overloads = OverloadsOf(input);
        _isOverloaded = overloads is not null;
        _reader = Read(copy, copy.Length, _ => { });
        Summary = Rewrite(copy, copy.Length, _first, new BlankingFilter(), overloads);
        return Summary.State == RewriteState.Complete ? Outcome.Accepted : OutputLength > 0 ? Outcome.Cut : Outcome.Refused;
    }

    public override string? Check(ReadOnlySpan<byte> input)
    {
        if (!_isOverloaded && (_reader.Error, _reader.IsComplete) != (Summary.Error, Summary.State == RewriteState.Complete))
            return $"The reader says {_reader.Error} and {_reader.IsComplete}, the rewriter {Summary.Error} and {Summary.State}.";
        if (HoldsSecret()) return "The secret came out.";
        return OutputLength == 0 ? null : JudgeAgain();
    }

    /// <summary>Says of each block whether the output could take it.</summary>
    private static Func<bool>? OverloadsOf(ReadOnlySpan<byte> input)
    {
        var hash = ContentHash.Of(input);
        if ((hash >> 8 & 3) != 0) return null;
        return () => (hash = (hash << 1) | (hash >> 63)) % 2 == 0;
    }

    private static NetTraceReader Read(byte[] bytes, int length, Action<ReadOnlySpan<byte>> take)
    {
        var reader = new NetTraceReader(PipeReader.Create(new ReadOnlySequence<byte>(bytes, 0, length)));
        while (reader.ReadAsync().AsTask().GetAwaiter().GetResult())
        {
            var block = reader.Block;
            if (block.Kind is BlockKind.Metadata or BlockKind.Thread or BlockKind.LabelList or BlockKind.Trace) take(block.Content);
            foreach (var e in block.Events)
            {
                take(e.Payload);
                if (e.TryGetValues(out var values) && values.Count > 0) _ = values.Text(values.Count - 1);
            }
        }
        return reader;
    }

    /// <summary>
    /// Whether it is where texts are. Numbers pass: the addresses of stacks, the threads of sequence points, event headers; and damage can turn a block
    /// of texts into one of them.
    /// </summary>
    private bool HoldsSecret()
    {
        if (!Holds(_first.Written)) return false;
        var holds = false;
        Read(_first.Bytes, OutputLength, part => holds |= Holds(part));
        return holds;
    }

    private static bool Holds(ReadOnlySpan<byte> bytes)
    {
        foreach (var secret in Secrets)
        {
            if (bytes.IndexOf(secret) >= 0) return true;
        }
        return false;
    }

    private string? JudgeAgain()
    {
        var again = Rewrite(_first.Bytes, OutputLength, _second, KeepingFilter.Instance, null).State;
        if (again != RewriteState.Complete) return $"The output is not whole: {again}.";
        return _second.Written.SequenceEqual(_first.Written) ? null : "The output does not come out of a second pass as it is.";
    }

    private static RewriteSummary Rewrite(byte[] input, int length, ArrayPipeWriter output, ITraceFilter filter, Func<bool>? isOverloaded)
    {
        output.Clear();
        var reader = PipeReader.Create(new ReadOnlySequence<byte>(input, 0, length));
        return NetTraceRewriter.RewriteAsync(reader, output, filter, isOverloaded: isOverloaded).GetAwaiter().GetResult();
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

        /// <summary>Names that hold no long piece of the secret pass; damage can turn the rest of it into the numbers around a name.</summary>
        public string VisitText(StreamText place, string name, string text)
            => text.Length <= 8 || (text.Length <= 40 && text.StartsWith("Microsoft-", StringComparison.Ordinal)) ? text : "masked";
    }

    private sealed class KeepingFilter : ITraceFilter
    {
        public static KeepingFilter Instance { get; } = new();

        public EventAction Plan(EventType type) => EventAction.Keep;

        public EventAction Visit(EventType type, ref EventFields fields) => EventAction.Keep;

        public string VisitText(StreamText place, string name, string text) => text;
    }
}
