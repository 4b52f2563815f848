using System.Text;
using DebugRelay.TestSupport.NetTrace;

namespace DebugRelay.Fuzz;

/// <summary>A stream as its parts, so that a mutation of one can leave the frame of the others whole.</summary>
internal sealed record SeedStream(bool IsV6, byte[] Head, IReadOnlyList<SeedPart> Parts);

/// <summary>A block: its kind (V6) or name (V4), and its content.</summary>
internal sealed record SeedPart(int Kind, string Name, byte[] Content);

/// <summary>Small streams of every version, block kind and field type, with the secret in their payloads.</summary>
internal static class SeedCorpus
{
    /// <summary>
    /// What no output may hold as UTF-16. Event headers pass, and damage can make a reader take a payload for headers: but each byte of this has its
    /// lowest bit set, so that such a header names an event type that is not defined, and does not pass. It is longer than any header.
    /// </summary>
    public const string Secret = "\u6163\u6567\u696B\u6D6F\u7173\u7577\u797B\u6165\u6369\u676D\u6B71\u6F75\u7379\u777B\u6361\u6765\u6B69\u6F6D\u7371\u7775"
        + "\u7B79\u6561\u6963\u6D67\u716B\u756F\u7973\u7B77\u6571\u6373\u6D75\u6F61\u6B65\u6967\u716D\u7363\u7569\u7767\u7961\u7B65";

    /// <summary>What no output may hold as UTF-8.</summary>
    public const string Utf8Secret = "acegikmoqsuwyaeimquycgkoswaioucmsygqekuaoiswmcygqwkseoucaiymgcksowqueimaycgoqkwsuaie";

    private const int Count = 600;

    public static SeedStream[] Make(Random random) => [.. Enumerable.Range(0, Count).Select(_ => Make(random, random.Next(3) == 0 ? 6 : 4))];

    private static SeedStream Make(Random random, int version)
    {
        var pointerSize = random.Next(5) > 0 ? 8 : 4;
        var builder = new TraceBuilder(version, random.Next(4) > 0, pointerSize) { HasOlderFields = version == 4 && random.Next(3) == 0 }.Head();
        var headLength = builder.ToArray().Length;
        builder.Trace([("ProcessId", "77"), ("Custom", Utf8Secret)]);
        if (version == 6 && random.Next(2) == 0) builder.Threads((1, Utf8Secret), (2, "other")).Labels(1, Utf8Secret, "label");
        Func<byte[]> payload;
        if (random.Next(4) == 0)
        {
            var known = KnownPayloads.Any(random, pointerSize);
            builder.EventVersion = known.Version;
            builder.Metadata(1, known.Provider, known.Id, "");
            payload = () => known.Payload;
        }
        else
        {
            List<BuiltField> fields = random.Next(6) == 0 ? [] : Fields(random, builder.HasOlderFields ? 2 : version);
            var (name, text) = (random.Next(3) == 0, version == 6 ? Utf8Secret : Secret);
            builder.Metadata(1, "Built", random.Next(300), name ? text : "Event", [.. fields]);
            payload = () => Payload(random, fields);
        }
        if (random.Next(3) == 0) builder.Stacks(1, new byte[8], new byte[16]);
        var sequence = 0;
        for (var left = random.Next(1, 3); left > 0; left--)
        {
            builder.Events([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new BuiltEvent(1, payload())
            {
                Thread = random.Next(1, 3),
                Sequence = ++sequence,
                Timestamp = 1_000 + sequence,
                Stack = random.Next(3),
                IsSorted = random.Next(3) > 0,
            })]);
        }
        if (random.Next(2) == 0) builder.SequencePoint(5_000, (1, sequence), (2, sequence));
        return Split(version == 6, headLength, builder.ToArray());
    }

    /// <summary>Version 2 stands for the older list of V4, which knows no arrays.</summary>
    private static List<BuiltField> Fields(Random random, int version)
    {
        var fields = new List<BuiltField>();
        for (var left = random.Next(1, 5); left > 0; left--)
        {
            var name = random.Next(12) == 0 ? version == 6 ? Utf8Secret : Secret : "f" + left;
            fields.Add(random.Next(version == 6 ? 9 : version == 2 ? 3 : 6) switch
            {
                0 => new BuiltField(name, 9),
                1 => new BuiltField(name, 3),
                2 => new BuiltField(name, 1, [new BuiltField("a", 9), new BuiltField("b", 18)]),
                3 => new BuiltField(name, 19, Element: 6),
                4 => new BuiltField(name, 19, Element: 18),
                6 => new BuiltField(name, 19, Element: 23),
                7 => new BuiltField(name, 22, Element: 4, Length: Secret.Length),
                8 => new BuiltField(name, 20),
                _ => new BuiltField(name, 18),
            });
        }
        return fields;
    }

    private static byte[] Payload(Random random, List<BuiltField> fields)
    {
        var payload = new ByteWriter();
        if (fields.Count == 0) return payload.I32(random.Next(100)).Text16(Secret).ToArray();
        foreach (var field in fields) Value(payload, random, field.Type, field);
        return payload.ToArray();
    }

    private static void Value(ByteWriter payload, Random random, int type, BuiltField field)
    {
        switch (type)
        {
            case 1:
                foreach (var nested in field.Fields!) Value(payload, random, nested.Type, nested);
                break;
            case 3 or 9:
                payload.I32(random.Next(2));
                break;
            case 18:
                payload.Text16(random.Next(2) == 0 ? Secret : "plain");
                break;
            case 19 when field.Element == 18:
                payload.I16(2).Text16(Secret).Text16("second");
                break;
            case 19:
                payload.I16(Utf8Secret.Length).Raw(Encoding.UTF8.GetBytes(Utf8Secret));
                break;
            case 20:
                payload.Varint((uint)random.Next());
                break;
            default:
                payload.Raw(Encoding.Unicode.GetBytes(Secret));
                break;
        }
    }

    private static SeedStream Split(bool isV6, int headLength, byte[] stream)
    {
        var parts = new List<SeedPart>();
        for (var at = headLength; at < stream.Length;)
        {
            var (name, kind, size) = ("", 0, 0);
            if (isV6)
            {
                var word = BitConverter.ToUInt32(stream, at);
                (kind, size, at) = ((int)(word >> 24), (int)(word & 0xFF_FFFF), at + 4);
            }
            else
            {
                var length = BitConverter.ToInt32(stream, at + 11);
                name = Encoding.UTF8.GetString(stream, at + 15, length);
                at += 15 + length + 1;
                size = name == "Trace" ? 48 : BitConverter.ToInt32(stream, at);
                if (name != "Trace") at = (at + 4 + 3) & ~3;
            }
            parts.Add(new SeedPart(kind, name, stream[at..(at + size)]));
            at += size + (isV6 ? 0 : 1);
        }
        return new SeedStream(isV6, stream[..headLength], parts);
    }
}
