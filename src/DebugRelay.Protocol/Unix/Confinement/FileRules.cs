using System.Runtime.InteropServices;

namespace DebugRelay.Protocol.Unix.Confinement;

/// <summary>
/// Takes all files from the calling thread but those that are named, and from whatever it starts (landlock(7)); also TCP, abstract sockets of others, signals to
/// others. It cannot be undone.
/// </summary>
public static unsafe class FileRules
{
    private const int CreateRuleset = 444, AddRule = 445, RestrictSelf = 446;
    private const nuint AskVersion = 1;
    private const nuint BeneathPath = 1;
    private const int PathOnly = 0x200000 | 0x80000;
    private const ulong Execute = 1, WriteFile = 2, ReadFile = 4, ReadFolder = 8;

    /// <summary>Rights over files that each version of the interface knows: those a version does not know it does not take.</summary>
    private static readonly int[] RightsByVersion = [0, 13, 14, 15, 15, 16];

    private const ulong TcpBindAndConnect = 3;
    private const ulong AbstractSocketsAndSignals = 3;

    /// <param name="readable">Files and folders that may be read, with what lies in them, and programs in them be run. Those that are not there are left out.</param>
    /// <param name="devices">Devices that may be read and written.</param>
    /// <returns>False where this system does not have it.</returns>
    public static bool Apply(IEnumerable<string> readable, IEnumerable<string> devices)
    {
        ArgumentNullException.ThrowIfNull(readable);
        ArgumentNullException.ThrowIfNull(devices);
        int version = (int)ConfinementCalls.Call(CreateRuleset, 0, 0, AskVersion, 0, 0);
        if (version < 1)
            return false;
        var taken = new Ruleset
        {
            Files = (1UL << RightsByVersion[Math.Min(version, RightsByVersion.Length - 1)]) - 1,
            Network = version >= 4 ? TcpBindAndConnect : 0,
            Scope = version >= 6 ? AbstractSocketsAndSignals : 0,
        };
        int rules = (int)ConfinementCalls.Call(CreateRuleset, (nuint)(&taken), (nuint)(version >= 6 ? 24 : version >= 4 ? 16 : 8), 0, 0, 0);
        if (rules < 0)
            return false;
        try
        {
            foreach (string path in readable)
                Allow(rules, path, ReadFile | Execute | (Directory.Exists(path) ? ReadFolder : 0));
            foreach (string device in devices)
                Allow(rules, device, ReadFile | WriteFile);
            return ConfinementCalls.Call(RestrictSelf, (nuint)rules, 0, 0, 0, 0) == 0;
        }
        finally
        {
            _ = ConfinementCalls.Close(rules);
        }
    }

    private static void Allow(int rules, string path, ulong rights)
    {
        int descriptor = ConfinementCalls.Open(path, PathOnly);
        if (descriptor < 0)
            return;
        // A packed structure of 12 bytes.
        var beneath = new Beneath { Rights = rights, Folder = descriptor };
        _ = ConfinementCalls.Call(AddRule, (nuint)rules, BeneathPath, (nuint)(&beneath), 0, 0);
        _ = ConfinementCalls.Close(descriptor);
    }

    private struct Ruleset
    {
        public ulong Files;
        public ulong Network;
        public ulong Scope;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct Beneath
    {
        public ulong Rights;
        public int Folder;
    }
}
