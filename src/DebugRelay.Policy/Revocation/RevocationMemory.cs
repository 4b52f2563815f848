using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using DebugRelay.Policy.Identity;

namespace DebugRelay.Policy.Revocation;

/// <summary>
/// The highest revocation lists and deny list that this process has used, kept in a file: what was taken away once is not given back by an
/// older file, also after a restart. Written and synced before a new list is used.
/// </summary>
public sealed class RevocationMemory
{
    private readonly string _path;
    private Remembered _remembered;

    private RevocationMemory(string path, Remembered remembered)
    {
        _path = path;
        _remembered = remembered;
    }

    /// <summary>The deny list's highest version; 0 when none was used.</summary>
    public ulong DenyVersion => _remembered.DenyVersion;

    /// <summary>SHA-256 of the list with that version, in hexadecimal; empty when none was used.</summary>
    public string DenySha256 => _remembered.DenySha256;

    /// <summary>Reads the file, or begins with nothing where there is none.</summary>
    /// <param name="folder">The process's own folder of state; made with mode 0700.</param>
    /// <exception cref="TrustException">It cannot be read, or is damaged.</exception>
    public static RevocationMemory Load(string folder)
    {
        string path = Path.Combine(folder, "revocation.json");
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new RevocationMemory(path, File.Exists(path) ? Read(path) : new Remembered([], 0, ""));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TrustException($"{path}: cannot be read ({error.Message})");
        }
    }

    /// <summary>Why these lists must not replace those that were used before: one of them is older. Null when none is.</summary>
    public string? ProblemOf(CertificateRevocationLists lists)
    {
        foreach ((string key, RememberedList newest) in Newest(lists))
        {
            if (_remembered.Lists.FirstOrDefault(each => each.Key == key) is { } before && newest.IsBefore(before))
            {
                return $"the revocation list of {newest.Issuer} goes back from {before} to {newest}";
            }
        }
        return null;
    }

    /// <summary>Why this deny list must not replace the one that was used before. Null when it may.</summary>
    public string? ProblemOf(DenyList list) =>
        list.Version < DenyVersion ? $"the deny list goes back from version {DenyVersion} to {list.Version}"
        : list.Version == DenyVersion && list.Sha256 != DenySha256 ? $"the deny list changed, but its version is still {DenyVersion}"
        : null;

    /// <summary>Remembers the lists, on disk when this returns.</summary>
    /// <exception cref="TrustException">It could not be written; they are remembered until the process ends.</exception>
    public void Remember(CertificateRevocationLists lists, DenyList deny)
    {
        var all = _remembered.Lists.ToDictionary(each => each.Key, StringComparer.Ordinal);
        foreach ((string key, RememberedList newest) in Newest(lists)) all[key] = newest;
        var next = new Remembered(
            [.. all.Values.OrderBy(each => each.Key, StringComparer.Ordinal)],
            deny.Version > DenyVersion ? deny.Version : DenyVersion,
            deny.Version > DenyVersion ? deny.Sha256 : DenySha256);
        bool same = next.Lists.SequenceEqual(_remembered.Lists) && next.DenyVersion == DenyVersion;
        _remembered = next;
        if (!same) Write();
    }

    private static IEnumerable<(string Key, RememberedList Newest)> Newest(CertificateRevocationLists lists) =>
        from list in lists.Lists
        group RememberedList.Of(list) by Convert.ToHexString(SHA256.HashData(list.Issuer.RawData)) into issuer
        select (issuer.Key, issuer.Aggregate((one, other) => one.IsBefore(other) ? other : one));

    private static Remembered Read(string path)
    {
        try
        {
            Remembered remembered = JsonSerializer.Deserialize(File.ReadAllBytes(path), RevocationJson.Default.Remembered) ?? throw new JsonException();
            foreach (RememberedList list in remembered.Lists)
            {
                if (list.Number is not null) BigInteger.Parse(list.Number, NumberStyles.None, CultureInfo.InvariantCulture);
            }
            return remembered;
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            throw new TrustException($"{path}: is damaged; what was revoked cannot be told from it, so it must be restored, or removed by somebody who knows the current lists");
        }
    }

    private void Write()
    {
        try
        {
            DurableFile.Replace(_path, JsonSerializer.SerializeToUtf8Bytes(_remembered, RevocationJson.Default.Remembered));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TrustException($"{_path}: cannot be written ({error.Message})");
        }
    }
}

/// <summary>The file.</summary>
internal sealed record Remembered(RememberedList[] Lists, ulong DenyVersion, string DenySha256);

/// <summary>The newest list of an issuer.</summary>
/// <param name="Key">SHA-256 of the issuer's name in DER.</param>
/// <param name="Issuer">The name, for people.</param>
/// <param name="Number">Decimal; null when the issuer does not number its lists.</param>
/// <param name="ThisUpdate">When it was issued.</param>
internal sealed record RememberedList(string Key, string Issuer, string? Number, DateTimeOffset ThisUpdate)
{
    public static RememberedList Of(CertificateRevocationList list) => new(
        Convert.ToHexString(SHA256.HashData(list.Issuer.RawData)), list.Issuer.Name, list.Number?.ToString(CultureInfo.InvariantCulture), list.ThisUpdate);

    /// <summary>By number where both have one; an issuer that stops numbering goes back.</summary>
    public bool IsBefore(RememberedList other) => (Number, other.Number) switch
    {
        ({ } mine, { } theirs) => BigInteger.Parse(mine, CultureInfo.InvariantCulture) < BigInteger.Parse(theirs, CultureInfo.InvariantCulture),
        (null, { }) => true,
        ({ }, null) => false,
        _ => ThisUpdate < other.ThisUpdate,
    };

    public override string ToString() => Number is null ? $"{ThisUpdate:u}" : $"number {Number}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Remembered))]
internal sealed partial class RevocationJson : JsonSerializerContext;
