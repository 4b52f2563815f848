using System.Runtime.InteropServices;

namespace DebugRelay.Protocol.Unix.Confinement;

/// <summary>
/// What can be taken from one thread, and from the program that it starts: on Linux user, capabilities, namespaces and file rules belong to threads. The C
/// library hands changes of the user to all threads; these calls go to the kernel itself and do not.
/// </summary>
public static unsafe class ThreadRights
{
    private const int SetNoNewPrivileges = 38, Ambient = 47;
    private const nuint ClearAmbient = 4;
    private const int NewNetwork = 0x4000_0000;
    private const uint CapabilityVersion3 = 0x2008_0522;
    private const int ThisThread = 0;

    private static readonly SystemCall SetGroups = new(116, 159), SetGroupIds = new(119, 149), SetUserIds = new(117, 147), SetCapabilities = new(126, 91);

    /// <summary>Whether it and its children gain no rights by what they run.</summary>
    public static bool GainNoPrivileges() => ConfinementCalls.ProcessControl(SetNoNewPrivileges, 1, 0, 0, 0) == 0;

    /// <summary>Whether its children live in a network of their own, with nothing in it.</summary>
    public static bool LeaveNetwork() => ConfinementCalls.Unshare(NewNetwork) == 0;

    /// <summary>Whether others come first from now on.</summary>
    public static bool LowerPriority(int nice) => ConfinementCalls.SetPriority(ThisThread, 0, nice) == 0;

    /// <summary>Whether it and its children run on so many processors at most: the last ones of those that it has, since most programs fill the first ones first.</summary>
    public static bool UseProcessors(int most)
    {
        const int words = 128;
        ulong* mask = stackalloc ulong[words];
        new Span<ulong>(mask, words).Clear();
        if (ConfinementCalls.Call(SystemCall.GetProcessors.Number, ThisThread, words * sizeof(ulong), (nuint)mask, 0, 0) < 0)
            return false;
        int left = most;
        for (int i = (words * 64) - 1; i >= 0; i--)
        {
            ulong bit = 1UL << (i % 64);
            if ((mask[i / 64] & bit) != 0 && --left < 0)
                mask[i / 64] &= ~bit;
        }
        return ConfinementCalls.Call(SystemCall.SetProcessors.Number, ThisThread, words * sizeof(ulong), (nuint)mask, 0, 0) == 0;
    }

    /// <summary>Whether it has become another user, for good.</summary>
    public static bool BecomeUser(uint user)
        => ConfinementCalls.Call(SetGroups.Number, 0, 0, 0, 0, 0) == 0
            && ConfinementCalls.Call(SetGroupIds.Number, user, user, user, 0, 0) == 0
            && ConfinementCalls.Call(SetUserIds.Number, user, user, user, 0, 0) == 0;

    /// <summary>Whether it and its children have no capability any more. Root's files and processes stay root's to a thread that is still root.</summary>
    public static bool DropCapabilities()
    {
        _ = ConfinementCalls.ProcessControl(Ambient, ClearAmbient, 0, 0, 0);
        uint* header = stackalloc uint[2];
        uint* none = stackalloc uint[6];
        (header[0], header[1]) = (CapabilityVersion3, ThisThread);
        new Span<uint>(none, 6).Clear();
        return ConfinementCalls.Call(SetCapabilities.Number, (nuint)header, (nuint)none, 0, 0, 0) == 0;
    }

    /// <summary>Why the last call failed, in a word.</summary>
    public static string LastProblem => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
}
