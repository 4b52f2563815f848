using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace DebugRelay.DumpTarget;

/// <summary>The secrets of one run: each is made from the seed and a name, so that a test knows them and no literal holds them.</summary>
/// <remarks>What a secret was made from is wiped: the copies in the process are those that were planted.</remarks>
public sealed class SecretMaker(string seed)
{
    /// <summary>Characters of a secret: lower-case letters alone, unlike anything else in a process.</summary>
    public const int Length = 28;

    /// <summary>A new string with the secret of this name.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public string Make(string name)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(seed + ":" + name), hash);
        string made = string.Create(Length, hash[..Length].ToArray(), static (characters, bytes) =>
        {
            for (int i = 0; i < characters.Length; i++)
                characters[i] = (char)('a' + (bytes[i] % 26));
        });
        hash.Clear();
        return made;
    }

    /// <summary>A secret number: no constant of the program.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public long Number(string name) => BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(seed + ":" + name))) & long.MaxValue;

    /// <summary>The same as UTF-8.</summary>
    public byte[] Bytes(string name) => Encoding.UTF8.GetBytes(Make(name));
}
