using System.Globalization;

namespace DebugRelay.TestSupport.Processes;

/// <summary>Lets a running process open few more descriptors, or none, until this is disposed: prlimit(1), of util-linux.</summary>
public sealed class DescriptorLimit : IAsyncDisposable
{
    private readonly int _pid;
    private readonly string _usual;

    private DescriptorLimit(int pid, string usual) => (_pid, _usual) = (pid, usual);

    /// <param name="pid">The process.</param>
    /// <param name="more">How many more: the limit is one of numbers, of which the lowest that is free comes next.</param>
    public static async Task<DescriptorLimit> SetAsync(int pid, int more)
    {
        var limit = new DescriptorLimit(pid, UsualOf(pid));
        HashSet<int> open = [.. Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(fd => int.Parse(Path.GetFileName(fd), CultureInfo.InvariantCulture))];
        await limit.SetAsync(Enumerable.Range(0, int.MaxValue).Where(number => !open.Contains(number)).ElementAt(more).ToString(CultureInfo.InvariantCulture));
        return limit;
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists($"/proc/{_pid}"))
            await SetAsync(_usual);
    }

    private static string UsualOf(int pid)
        => File.ReadLines($"/proc/{pid}/limits").Single(l => l.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];

    /// <summary>The soft limit: the hard one stays, so that it can be lifted again.</summary>
    private async Task SetAsync(string descriptors)
    {
        await using TestProcess limit = await TestProcess.RunAsync("prlimit", ["--pid", $"{_pid}", $"--nofile={descriptors}:"]);
        if (limit.ExitCode != 0)
            throw new InvalidOperationException($"prlimit: {limit.Errors.Text}");
    }
}
