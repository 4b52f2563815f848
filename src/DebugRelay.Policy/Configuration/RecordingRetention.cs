using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Configuration;

/// <summary>How long recordings are kept. An emergency's recording is kept until a reviewer has signed it, whatever this says.</summary>
/// <param name="Age">Older ones are deleted; null: age is no reason.</param>
/// <param name="Bytes">The oldest are deleted while all together are larger; null: size is no reason.</param>
public sealed record RecordingRetention(TimeSpan? Age, long? Bytes);

/// <summary>The configuration's `retention`.</summary>
internal sealed record RetentionDocument(string? Age = null, string? Size = null)
{
    /// <exception cref="ConfigurationException">A value is no duration, or no size.</exception>
    public RecordingRetention Resolve()
    {
        TimeSpan age = default;
        if (Age is not null && !Quantities.TryParseDuration(Age, out age))
            throw new ConfigurationException($"retention: age: \"{Age}\" is no duration such as 2160h");
        long size = 0;
        if (Size is not null && !Quantities.TryParseSize(Size, out size))
            throw new ConfigurationException($"retention: size: \"{Size}\" is no size such as 20GiB");
        return new RecordingRetention(Age is null ? null : age, Size is null ? null : size);
    }
}
