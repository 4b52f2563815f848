using System.Text.Json.Serialization;
using DebugRelay.Cli.Commands.Counters;
using DebugRelay.Cli.Commands.Trace;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands;

/// <summary>What `--json` writes: one line, camel case, nothing left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WhoAmI))]
[JsonSerializable(typeof(ListedProcess[]))]
[JsonSerializable(typeof(TraceResult))]
[JsonSerializable(typeof(CounterReading))]
internal sealed partial class OutputJson : JsonSerializerContext;
