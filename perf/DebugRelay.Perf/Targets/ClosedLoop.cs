using System.Diagnostics;

namespace DebugRelay.Perf.Targets;

/// <summary>Visitors of the sample shop who ask again as soon as they have an answer: they look at the products and order in turn.</summary>
internal sealed class ClosedLoop : IDisposable
{
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _over = new();
    private readonly Task[] _askers;
    private long _answered;

    public ClosedLoop(Uri shop, int askers)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = shop };
        _askers = [.. Enumerable.Range(0, askers).Select(asker => Task.Run(() => AskAsync(asker)))];
    }

    /// <summary>Answers a second from now on, for so long.</summary>
    public async Task<double> CountAsync(TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp(), before = Interlocked.Read(ref _answered);
        await Task.Delay(time);
        if (Array.Find(_askers, asker => asker.IsFaulted) is { } failed)
            await failed;
        return (Interlocked.Read(ref _answered) - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose()
    {
        _over.Cancel();
        Task.WhenAll(_askers).ContinueWith(_ => { }, TaskScheduler.Default).GetAwaiter().GetResult();
        _http.Dispose();
        _over.Dispose();
    }

    private async Task AskAsync(int asker)
    {
        for (int visit = asker; !_over.IsCancellationRequested; visit++)
        {
            using HttpRequestMessage ask = visit % 2 == 0 ? new(HttpMethod.Get, "/products") : new(HttpMethod.Post, $"/orders/{visit / 2 % 1000}");
            using HttpResponseMessage answer = await _http.SendAsync(ask, _over.Token);
            answer.EnsureSuccessStatusCode();
            await answer.Content.CopyToAsync(Stream.Null, _over.Token);
            Interlocked.Increment(ref _answered);
        }
    }
}
