using System.Globalization;

namespace DebugRelay.Endurance;

/// <summary>Options of the form --name value.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = [];

    /// <returns>Null where there is one that is not known, or one without a value.</returns>
    public static Options? Parse(string[] arguments, params string[] known)
    {
        var options = new Options();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length || !arguments[i].StartsWith("--", StringComparison.Ordinal) || !known.Contains(arguments[i][2..]))
                return null;
            options._values[arguments[i][2..]] = arguments[i + 1];
        }
        return options;
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string? Text(string name) => _values.GetValueOrDefault(name);

    public int? Number(string name) => Has(name) ? int.Parse(_values[name], CultureInfo.InvariantCulture) : null;
}
