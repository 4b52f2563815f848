using System.Text.Json.Serialization;
using DebugRelay.Cli.Commands.Access;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Commands.Policies;
using DebugRelay.Cli.Commands.Recordings;
using DebugRelay.Cli.Commands.Trace;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;
using DebugRelay.Scrubbing;

namespace DebugRelay.Cli.Commands;

/// <summary>What `--json` writes: one line, camel case, nothing left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(WhoAmI))]
[JsonSerializable(typeof(ListedProcess[]))]
[JsonSerializable(typeof(Dump.DumpResult))]
[JsonSerializable(typeof(TraceResult))]
[JsonSerializable(typeof(CounterReading))]
[JsonSerializable(typeof(ThrownException))]
[JsonSerializable(typeof(HostState))]
[JsonSerializable(typeof(Fleets.FleetHost))]
[JsonSerializable(typeof(Fleets.DocumentReport))]
[JsonSerializable(typeof(DebugRelay.Fleet.FleetFinding))]
[JsonSerializable(typeof(HeapType))]
[JsonSerializable(typeof(LogEntry))]
[JsonSerializable(typeof(ForwardedPort))]
[JsonSerializable(typeof(StackGroup))]
[JsonSerializable(typeof(EnvironmentVariable))]
[JsonSerializable(typeof(ProfileVerdict))]
[JsonSerializable(typeof(Verdict))]
[JsonSerializable(typeof(NamedVerdict))]
[JsonSerializable(typeof(PolicyReport))]
[JsonSerializable(typeof(SessionList))]
[JsonSerializable(typeof(KilledSession))]
[JsonSerializable(typeof(PolicyAnswer))]
[JsonSerializable(typeof(GrantVerdict))]
[JsonSerializable(typeof(InboxLetter[]))]
[JsonSerializable(typeof(ShownRecording))]
[JsonSerializable(typeof(ListedRecording[]))]
internal sealed partial class OutputJson : JsonSerializerContext;
