using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DebugRelay.Protocol.Messages;

/// <summary>How control payloads are written and read: strict, source-generated.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters =
    [
        typeof(NameConverter<InboxAction>),
        typeof(NameConverter<JobKind>),
        typeof(FiniteConverter),
        typeof(ListConverter<string>),
        typeof(ListConverter<byte[]>),
        typeof(ListConverter<EnvironmentVariable>),
        typeof(ListConverter<InboxLetter>),
        typeof(ListConverter<ListedOperation>),
        typeof(ListConverter<ListedProcess>),
        typeof(ListConverter<ListedSession>),
        typeof(TableConverter<SortedDictionary<string, long>>),
        typeof(TableConverter<DumpMemory>),
    ],
    MaxDepth = 8)]
[JsonSerializable(typeof(Hello))]
[JsonSerializable(typeof(OpenSession))]
[JsonSerializable(typeof(Challenge))]
[JsonSerializable(typeof(Proof))]
[JsonSerializable(typeof(SessionOpened))]
[JsonSerializable(typeof(OpenOperation))]
[JsonSerializable(typeof(Accepted))]
[JsonSerializable(typeof(OperationEnd))]
[JsonSerializable(typeof(Refused))]
[JsonSerializable(typeof(Notice))]
[JsonSerializable(typeof(InboxCall))]
[JsonSerializable(typeof(InboxReply))]
[JsonSerializable(typeof(RecordingHead))]
[JsonSerializable(typeof(Countersignature))]
[JsonSerializable(typeof(LedgerNote))]
[JsonSerializable(typeof(SessionClosed))]
[JsonSerializable(typeof(Decided))]
[JsonSerializable(typeof(StopOperation))]
[JsonSerializable(typeof(WorkerProfile))]
[JsonSerializable(typeof(WorkerReady))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(JobEnded))]
[JsonSerializable(typeof(CancelJob))]
[JsonSerializable(typeof(ProcessList))]
[JsonSerializable(typeof(ProcessDetails))]
[JsonSerializable(typeof(ProcessEnvironment))]
[JsonSerializable(typeof(SessionList))]
[JsonSerializable(typeof(KilledSession))]
[JsonSerializable(typeof(DumpLine))]
[JsonSerializable(typeof(DumpJob))]
[JsonSerializable(typeof(OperationProgress))]
[JsonSerializable(typeof(DumpReport))]
[JsonSerializable(typeof(DumpFacts))]
public sealed partial class ProtocolJson : JsonSerializerContext
{
    /// <summary>Reads a control payload.</summary>
    /// <exception cref="ProtocolException">It is not one JSON object of this message's form.</exception>
    public static T Read<T>(ReadOnlySequence<byte> payload, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = 8 });
            T? message = JsonSerializer.Deserialize(ref reader, type);
            if (message is not null && !reader.Read())
                return message;
        }
        catch (JsonException)
        {
            // The text of the exception may repeat the peer's bytes: the path is enough.
        }
        throw new ProtocolException(ErrorCode.BadMessage, $"a {typeof(T).Name} message does not have the form that it should");
    }
}

/// <summary>Reading of payloads from frames.</summary>
public static class FramePayload
{
    /// <summary>Reads the frame's control payload.</summary>
    /// <exception cref="ProtocolException">It does not fit.</exception>
    public static T Read<T>(this in Frame frame, JsonTypeInfo<T> type)
        where T : class => ProtocolJson.Read(frame.Payload, type);

    /// <summary>Reads a refusal.</summary>
    /// <exception cref="ProtocolException">It does not fit.</exception>
    public static Refused ReadRefused(this in Frame frame) => frame.Read(ProtocolJson.Default.Refused);
}
