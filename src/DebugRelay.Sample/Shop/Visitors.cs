using DebugRelay.Sample.Leaks;

namespace DebugRelay.Sample.Shop;

/// <summary>The shop's only customers: a loop that sends it requests over loopback at a steady rate.</summary>
internal static class Visitors
{
    /// <summary>Sends requests, every second one an order, until the shop stops.</summary>
    public static async Task KeepComingAsync(WebApplication shop, Leak[] leaks, int requestsPerSecond)
    {
        using var client = new HttpClient { BaseAddress = new Uri(shop.Urls.Single()) };
        using var clock = new PeriodicTimer(TimeSpan.FromSeconds(1) / requestsPerSecond);
        CancellationToken stopping = shop.Lifetime.ApplicationStopping;
        try
        {
            for (int visitor = 0; await clock.WaitForNextTickAsync(stopping); visitor = (visitor + 1) & int.MaxValue)
            {
                await VisitAsync(client, visitor, leaks, stopping);
            }
        }
        catch (Exception error) when (stopping.IsCancellationRequested && error is OperationCanceledException or HttpRequestException)
        {
            // The shop closes: a request under way is cut, and that is all right.
        }
    }

    private static async Task VisitAsync(HttpClient client, int visitor, Leak[] leaks, CancellationToken stopping)
    {
        using var request = visitor % 2 == 0
            ? new HttpRequestMessage(HttpMethod.Get, "/products")
            : new HttpRequestMessage(HttpMethod.Post, $"/orders/{visitor / 2}");
        foreach (Leak leak in leaks) leak.OnRequest(request);
        using HttpResponseMessage response = await client.SendAsync(request, stopping);
        response.EnsureSuccessStatusCode();
    }
}
