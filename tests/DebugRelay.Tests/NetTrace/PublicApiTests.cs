using System.Reflection;
using System.Runtime.CompilerServices;
using DebugRelay.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

public class PublicApiTests
{
    /// <summary>A change of what others can use is a change of PublicApi.txt too, in the same commit. A missing file fails.</summary>
    [Fact]
    public void The_public_surface_is_the_one_on_file()
    {
        var actual = typeof(NetTraceRewriter).Assembly.GetExportedTypes().SelectMany(Lines).Order(StringComparer.Ordinal);
        Assert.Equal(File.ReadAllLines(FilePath()), actual);
    }

    private static string FilePath([CallerFilePath] string here = "")
        => Path.Combine(Path.GetDirectoryName(here)!, "../../../src/DebugRelay.NetTrace/PublicApi.txt");

    private static IEnumerable<string> Lines(Type type)
    {
        yield return type.FullName!;
        foreach (var member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        {
            if (member.GetCustomAttribute<CompilerGeneratedAttribute>() is null && !member.Name.StartsWith('<')) yield return $"{type.FullName}: {member}";
        }
    }
}
