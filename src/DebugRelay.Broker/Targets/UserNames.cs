using System.Globalization;
using System.Runtime.Versioning;

namespace DebugRelay.Broker.Targets;

/// <summary>Names of user ids, from passwd(5).</summary>
[SupportedOSPlatform("linux")]
internal static class UserNames
{
    /// <summary>The user's name, or its number where it has none here (a container's user, a directory service).</summary>
    public static string NameOf(uint uid)
    {
        string number = uid.ToString(CultureInfo.InvariantCulture);
        return Users().FirstOrDefault(u => u.Id == number).Name ?? number;
    }

    /// <summary>The id of a user by its name, or by its number; null where there is none of that name here.</summary>
    public static uint? IdOf(string name)
        => uint.TryParse(Users().FirstOrDefault(u => u.Name == name).Id ?? name, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? id : null;

    private static (string? Name, string? Id)[] Users()
    {
        try
        {
            return [.. File.ReadLines("/etc/passwd").Select(l => l.Split(':')).Where(f => f.Length > 2).Select(f => (f[0], f[2]))];
        }
        catch (IOException)
        {
            // No such file in a bare container: the number is the name.
            return [];
        }
    }
}
