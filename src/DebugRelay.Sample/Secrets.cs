using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace DebugRelay.Sample;

/// <summary>One secret of this run and the surface that it leaks on.</summary>
internal sealed record Secret(string Name, string Value, string Surface);

/// <summary>
/// All that this run will leak, and what must survive a scrub. Every leak plants its secrets here while it is built, so the list
/// is complete before anything leaks.
/// </summary>
internal sealed class Secrets
{
    private readonly List<Secret> _planted = [];
    private string[] _harmless = [];

    /// <summary>Notes a secret and gives its value back. Each belongs to one surface, so that a find tells which one leaked.</summary>
    public string Plant(string surface, string name, string value)
    {
        _planted.Add(new Secret(name, value, surface));
        return value;
    }

    public void DeclareHarmless(string[] texts) => _harmless = texts;

    /// <summary>Writes <c>{"secrets":[{"name","value","surface"}…],"harmless":[…]}</c> to a new file of mode 0600.</summary>
    public bool TryWriteTo(string path, [NotNullWhen(false)] out string? mistake)
    {
        try
        {
            using FileStream file = new(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            JsonSerializer.Serialize(file, new { Secrets = _planted, Harmless = _harmless }, JsonSerializerOptions.Web);
            mistake = null;
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            mistake = $"The list of secrets was not written, so nothing leaks: {error.Message}";
            return false;
        }
    }
}
