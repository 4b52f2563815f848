using DebugRelay.NetTrace;
using DebugRelay.TestSupport.NetTrace;
using System.Text;

namespace DebugRelay.Fuzz;

/// <summary>An event of a provider without metadata of its own, with a payload that fits the layout known for it.</summary>
internal sealed record KnownPayload(string Provider, int Id, int Version, byte[] Payload);

/// <summary>Payloads of the runtime's events, every text of them the secret.</summary>
internal static class KnownPayloads
{
    private static readonly string[] Providers =
        ["Microsoft-Windows-DotNETRuntime", "Microsoft-Windows-DotNETRuntimeRundown", "Microsoft-DotNETCore-SampleProfiler"];

    private static readonly (string Provider, int Id, int Version)[] Events =
        [.. Providers.SelectMany(p => KnownLayouts.EventsOf(p).Order().Select(e => (p, e.Id, e.Version)))];

    public static KnownPayload Any(Random random, int pointerSize)
    {
        var (provider, id, version) = Events[random.Next(Events.Length)];
        var layout = KnownLayouts.Find(new EventIdentity(1, provider, id, "", version, 0, 0), pointerSize)!;
        var payload = new ByteWriter();
        Add(payload, layout.Steps, random.Next(1, 3));
        return new KnownPayload(provider, id, version, payload.ToArray());
    }

    private static void Add(ByteWriter payload, LayoutNode[] steps, int count)
    {
        foreach (var step in steps)
        {
            switch (step.Op)
            {
                case LayoutOp.Text:
                    payload.Text16(SeedCorpus.Secret);
                    break;
                case LayoutOp.Text8:
                    payload.Raw(Encoding.UTF8.GetBytes(SeedCorpus.Utf8Secret)).U8(0);
                    break;
                case LayoutOp.Count:
                    payload.Raw(BitConverter.GetBytes(count).AsSpan(0, step.Size));
                    break;
                case LayoutOp.Repeat:
                    for (var left = count; left > 0; left--) Add(payload, step.Children!, count);
                    break;
                default:
                    payload.Raw(new byte[step.Size]);
                    break;
            }
        }
    }
}
