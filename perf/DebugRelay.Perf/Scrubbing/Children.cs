using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Diagnostics.NETCore.Client;

namespace DebugRelay.Perf.Scrubbing;

/// <summary>What is traced here: this program started again, to do one thing and nothing private.</summary>
internal static class Children
{
    /// <summary>The provider of <see cref="Emit"/>.</summary>
    public const string Provider = "DebugRelay-Perf-Texts";

    private const int Requests = 6_000;

    /// <summary>A web server and its own client, over a thousand ordinary requests with nothing private in them.</summary>
    public static async Task ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.MapGet("/orders/{id}", (int id) => Results.Text($"order {id}"));
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        for (var i = 0; i < Requests; i++)
        {
            _ = await client.GetStringAsync(new Uri($"/orders/{i}?page={i % 9}", UriKind.Relative));
            if (i % 1000 == 0)
            {
                GC.Collect();
            }
        }

        await app.StopAsync();
    }

    /// <summary>Waits for a line, then writes events: a number and a text, as many as asked for.</summary>
    public static void Emit(string kind, int count)
    {
        using var source = new TextSource();
        Console.WriteLine("ready");
        Console.ReadLine();
        for (var i = 0; i < count; i++)
        {
            source.Text(i, Texts.Of(kind, i));
        }

        Console.WriteLine("done");
        Console.ReadLine();
    }

    /// <summary>A trace of <see cref="Emit"/>, as the runtime writes it.</summary>
    public static async Task<byte[]> RecordAsync(string kind, int count)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["emit", kind, count.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var child = Process.Start(start)!;
        await child.StandardOutput.ReadLineAsync();
        var configuration = new EventPipeSessionConfiguration([new EventPipeProvider(Provider, EventLevel.Verbose, -1)], 512, requestRundown: false);
        using var session = await new DiagnosticsClient(child.Id).StartEventPipeSessionAsync(configuration, CancellationToken.None);
        var received = new MemoryStream();
        var reading = session.EventStream.CopyToAsync(received);
        await child.StandardInput.WriteLineAsync();
        await child.StandardOutput.ReadLineAsync();
        await session.StopAsync(CancellationToken.None);
        await reading;
        await child.StandardInput.WriteLineAsync();
        await child.WaitForExitAsync();
        return received.ToArray();
    }

    [EventSource(Name = Provider)]
    private sealed class TextSource : EventSource
    {
        [Event(1)]
        public void Text(int number, string text) => WriteEvent(1, number, text);
    }
}
