using System.Text.Json;
using DebugRelay.Policy.Json;

namespace DebugRelay.Policy.Proofs;

/// <summary>How a dump is to be.</summary>
/// <param name="MaskLiterals">Mask the program's literals too.</param>
/// <param name="MaskFields">Keep of the program's own objects the references alone.</param>
/// <param name="Resume">A dump of the same target and type that was made for the same engineer and waits, by the id that he was told; null: take one.</param>
/// <param name="Offset">Of a dump that waits: bytes of it that are there already.</param>
public sealed record DumpParameters(bool MaskLiterals = false, bool MaskFields = false, string? Resume = null, long Offset = 0)
{
    internal static DumpParameters Read(StrictValue value)
    {
        ObjectReader reader = value.AsObject();
        var parameters = new DumpParameters(
            reader.Optional("maskLiterals")?.AsBoolean() ?? false,
            reader.Optional("maskFields")?.AsBoolean() ?? false,
            reader.Optional("resume") is { } resume ? SignedFields.ReadId(resume) : null,
            (long)(reader.Optional("offset")?.AsUnsigned(0, Limits.RequestNumber) ?? 0));
        reader.End();
        return parameters.Offset == 0 || parameters.Resume is not null ? parameters : throw value.Error("has an \"offset\" and nothing to \"resume\"");
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("dump");
        if (MaskLiterals) writer.WriteBoolean("maskLiterals", true);
        if (MaskFields) writer.WriteBoolean("maskFields", true);
        SignedFields.WriteOptional(writer, "resume", Resume);
        if (Offset > 0) writer.WriteNumber("offset", Offset);
        writer.WriteEndObject();
    }
}
