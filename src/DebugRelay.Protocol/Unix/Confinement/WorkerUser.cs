using System.Security.Cryptography;

namespace DebugRelay.Protocol.Unix.Confinement;

/// <summary>Users without a name, one a worker: they own no file and no other process.</summary>
public static class WorkerUser
{
    /// <summary>From here to 2³¹ are numbers that nobody hands out: they lie above those of people, services, containers and user namespaces.</summary>
    private const int First = 0x7000_0000;

    private const int Count = 0x0fff_0000;

    /// <summary>A number that no other worker has, as good as certainly.</summary>
    public static uint Fresh() => (uint)(First + RandomNumberGenerator.GetInt32(Count));

    /// <summary>Whether it is one of them.</summary>
    public static bool IsOne(uint user) => user is >= First and < First + Count;
}
