using System.Diagnostics.CodeAnalysis;

namespace DebugRelay.Policy.Json;

/// <summary>Takes an object's members by name; what nobody took is an error when <see cref="End"/> is called.</summary>
internal sealed class ObjectReader(StrictValue value)
{
    private readonly HashSet<string> _taken = [];

    public StrictValue Required(string name) =>
        TryTake(name, out StrictValue? member) ? member : throw value.Error($"\"{name}\" is missing");

    public StrictValue? Optional(string name) => TryTake(name, out StrictValue? member) ? member : null;

    public string? OptionalText(string name, int maximum) => Optional(name)?.AsText(maximum);

    public void End()
    {
        foreach ((string name, StrictValue member) in value.Members)
        {
            if (!_taken.Contains(name)) throw member.Error($"unknown key; known here: {string.Join(", ", _taken.Order(StringComparer.Ordinal))}");
        }
    }

    private bool TryTake(string name, [NotNullWhen(true)] out StrictValue? found)
    {
        _taken.Add(name);
        found = value.Members.FirstOrDefault(member => member.Key == name).Value;
        return found is not null;
    }
}
