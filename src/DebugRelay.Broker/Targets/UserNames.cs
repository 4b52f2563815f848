using System.Globalization;

namespace DebugRelay.Broker.Targets;

/// <summary>Names of user ids, from passwd(5).</summary>
internal static class UserNames
{
    /// <summary>The user's name, or its number where it has none here (a container's user, a directory service).</summary>
    public static string NameOf(uint uid)
    {
        string number = uid.ToString(CultureInfo.InvariantCulture);
        try
        {
            foreach (string line in File.ReadLines("/etc/passwd"))
            {
                string[] fields = line.Split(':');
                if (fields.Length > 2 && fields[2] == number)
                    return fields[0];
            }
        }
        catch (IOException)
        {
            // No such file in a bare container: the number is the name.
        }
        return number;
    }
}
