namespace DebugRelay.Broker;

/// <summary>The broker's command line.</summary>
/// <param name="ConfigurationFile">`agent.json`, the same that the agent reads.</param>
/// <param name="Socket">Where to listen; null: where the configuration says.</param>
/// <param name="WithParent">Ends when standard input ends.</param>
internal sealed record Options(string ConfigurationFile, string? Socket, bool WithParent)
{
    /// <summary>Reads the command line.</summary>
    /// <returns>Null when it is not one of ours.</returns>
    public static Options? Parse(string[] args)
    {
        if (args is not ["run", .. var rest])
            return null;
        string? file = null, socket = null;
        bool withParent = false;
        while (rest.Length > 0)
        {
            switch (rest)
            {
                case ["--config", var value, .. var more]:
                    (file, rest) = (value, more);
                    break;
                case ["--socket", var value, .. var more]:
                    (socket, rest) = (value, more);
                    break;
                case ["--with-parent", .. var more]:
                    (withParent, rest) = (true, more);
                    break;
                default:
                    return null;
            }
        }
        return file is null ? null : new Options(file, socket, withParent);
    }
}
