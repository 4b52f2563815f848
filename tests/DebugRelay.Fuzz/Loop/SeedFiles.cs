using System.Globalization;

namespace DebugRelay.Fuzz;

/// <summary>The corpus that AFL++ begins with.</summary>
internal static class SeedFiles
{
    public static void Write(FuzzTarget target, string folder)
    {
        Directory.CreateDirectory(folder);
        var count = 0;
        foreach (var seed in target.Seeds())
            File.WriteAllBytes(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"seed-{count++:D3}")), seed);
        Console.WriteLine($"{count} seeds in {folder}");
    }
}
