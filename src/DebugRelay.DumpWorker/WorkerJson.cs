using System.Text.Json.Serialization;
using DebugRelay.DumpWorker.Verifying;

namespace DebugRelay.DumpWorker;

/// <summary>What the two processes of one dump tell each other.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Expectation))]
[JsonSerializable(typeof(VerifierAnswer))]
internal sealed partial class WorkerJson : JsonSerializerContext;
