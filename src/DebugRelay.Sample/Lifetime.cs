using System.Text.Json;

namespace DebugRelay.Sample;

/// <summary>How the process tells that it is ready, and when it ends. SIGTERM and SIGINT are the host's own business.</summary>
internal static class Lifetime
{
    /// <summary>Writes the one line of standard output: <c>{"ready":true,"pid":…,"url":…}</c>.</summary>
    public static void SayReady(WebApplication shop) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(new { ready = true, pid = Environment.ProcessId, url = shop.Urls.Single() }));

    /// <summary>Stops the shop when standard input closes, as it does when the parent ends, however it ends.</summary>
    public static void EndWithParent(WebApplication shop, SampleOptions options)
    {
        if (options.ExitWithParent) _ = StopAtEndOfInputAsync(shop.Lifetime);
    }

    private static async Task StopAtEndOfInputAsync(IHostApplicationLifetime lifetime)
    {
        await using Stream input = Console.OpenStandardInput();
        await input.CopyToAsync(Stream.Null);
        lifetime.StopApplication();
    }
}
