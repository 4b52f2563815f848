using System.Buffers;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Fuzz;

/// <summary>
/// Reading of control messages: an input is the number of a message's type, and a payload. What is read is what the type allows, and comes out of a second reading
/// as it is.
/// </summary>
internal sealed class ControlTarget : FuzzTarget
{
    private const int SeedsOfEach = 12;

    private static readonly Message[] Messages =
    [
        .. typeof(ProtocolJson).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(each => each.PropertyType.IsGenericType && each.PropertyType.GetGenericTypeDefinition() == typeof(JsonTypeInfo<>))
            .Select(each => each.PropertyType.GetGenericArguments()[0])
            .Where(type => type.IsClass && type.Namespace == typeof(ProtocolJson).Namespace)
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(type => (Message)Activator.CreateInstance(typeof(Message<>).MakeGenericType(type))!),
    ];

    private readonly byte[] _buffer = new byte[(1024 * 1024) + 1];
    private JsonMutator? _mutator;
    private object? _read;

    public override string Name => "control";

    public override IReadOnlyList<string> Assemblies => ["DebugRelay.Protocol"];

    /// <summary>The largest part of it for a list of empty objects.</summary>
    public override long MaxAllocated(int length) => 64 * 1024 + (64 * length);

    public override ReadOnlySpan<byte> Next(Random random)
    {
        var mutator = _mutator ??= new JsonMutator(MakeSeeds(random));
        var seed = random.Next(mutator.Count);
        // Seldom as a message of another type.
        _buffer[0] = (byte)(random.Next(50) == 0 ? random.Next(Messages.Length) : seed / SeedsOfEach);
        var json = mutator.Mutate(random, seed);
        json = json[..Math.Min(json.Length, _buffer.Length - 1)];
        json.CopyTo(_buffer.AsSpan(1));
        return _buffer.AsSpan(0, json.Length + 1);
    }

    public override IEnumerable<byte[]> Seeds() => MakeSeeds(new Random(1)).Select((seed, i) => (byte[])[(byte)(i / SeedsOfEach), .. seed]);

    public override Outcome Run(ReadOnlySpan<byte> input)
    {
        _read = null;
        if (input.IsEmpty) return Outcome.Refused;
        try
        {
            _read = Messages[input[0] % Messages.Length].Read(Pieces.Of(input[1..]));
            return Outcome.Accepted;
        }
        catch (ProtocolException error) when (error.Code == ErrorCode.BadMessage)
        {
            return Outcome.Refused;
        }
    }

    public override string? Check(ReadOnlySpan<byte> input)
    {
        if (_read is null) return null;
        var message = Messages[input[0] % Messages.Length];
        if (MessageForm.Problem(_read, null, _read.GetType().Name) is { } problem) return problem;
        var written = message.Write(_read);
        return message.Write(message.Read(new ReadOnlySequence<byte>(written))).AsSpan().SequenceEqual(written) ? null : "It does not come out of a second reading as it is.";
    }

    private static IEnumerable<byte[]> MakeSeeds(Random random) =>
        Messages.SelectMany(message => Enumerable.Range(0, SeedsOfEach).Select(_ => message.Write(MessageForm.Make(random, message.Type))));

    private abstract class Message
    {
        public abstract Type Type { get; }

        public abstract object Read(ReadOnlySequence<byte> payload);

        public abstract byte[] Write(object message);
    }

    private sealed class Message<T> : Message
        where T : class
    {
        private static readonly JsonTypeInfo<T> Json = (JsonTypeInfo<T>)ProtocolJson.Default.GetTypeInfo(typeof(T))!;

        public override Type Type => typeof(T);

        public override object Read(ReadOnlySequence<byte> payload) => ProtocolJson.Read(payload, Json);

        public override byte[] Write(object message) => JsonSerializer.SerializeToUtf8Bytes((T)message, Json);
    }
}
