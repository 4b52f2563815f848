using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.FunctionalTests.Reports;

/// <summary>A real browser without a window, driven over its DevTools protocol. One page; what it asks the network for and complains of is kept.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    public const string Missing = "chromium is not on this machine (tests/DebugRelay.FunctionalTests/Reports/install-chromium.sh brings it)";

    private readonly TestProcess _process;
    private readonly TemporaryFolder _profile;
    private readonly ClientWebSocket _socket;
    private readonly List<string> _requests = [];
    private readonly List<string> _complaints = [];
    private bool _loaded;
    private int _lastId;

    private Chromium(TestProcess process, TemporaryFolder profile, ClientWebSocket socket) => (_process, _profile, _socket) = (process, profile, socket);

    /// <summary>Where it is; null where it is not.</summary>
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }, System.IO.Path.Combine).FirstOrDefault(File.Exists);

    /// <summary>URLs that the page asked for, its own included.</summary>
    public IReadOnlyList<string> Requests => _requests;

    /// <summary>What stood in the console and the log.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public static async Task<Chromium> StartAsync(CancellationToken cancellation)
    {
        var profile = new TemporaryFolder();
        TestProcess process = TestProcess.Start(Path!,
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-background-networking",
             "--remote-debugging-port=0", $"--user-data-dir={profile.File("profile")}", "about:blank"]);
        string line = await process.WaitForErrorAsync(l => l.Contains("DevTools listening on", StringComparison.Ordinal));
        var address = new Uri(line[line.IndexOf("ws://", StringComparison.Ordinal)..].Trim());
        using var http = new HttpClient();
        JsonNode pages = JsonNode.Parse(await http.GetStringAsync($"http://{address.Authority}/json/list", cancellation))!;
        string page = pages.AsArray().First(p => (string?)p!["type"] == "page")!["webSocketDebuggerUrl"]!.GetValue<string>();
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(page), cancellation);
        var browser = new Chromium(process, profile, socket);
        foreach (string domain in (string[])["Page", "Network", "Log", "Runtime"])
            await browser.SendAsync($"{domain}.enable", [], cancellation);
        return browser;
    }

    /// <summary>Shows a page in a window of some width, in a colour scheme, and waits until it is there.</summary>
    public async Task ShowAsync(string file, int width, string scheme, CancellationToken cancellation)
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1, ["mobile"] = false }, cancellation);
        await SendAsync("Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }) }, cancellation);
        _loaded = false;
        await SendAsync("Page.navigate", new JsonObject { ["url"] = new Uri(file).AbsoluteUri }, cancellation);
        while (!_loaded)
            Take(await ReceiveAsync(cancellation));
    }

    /// <summary>A number that the page works out.</summary>
    public async Task<double> NumberAsync(string expression, CancellationToken cancellation)
        => (await SendAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true }, cancellation))["result"]!["value"]!.GetValue<double>();

    /// <summary>Presses and releases a key, by its DOM name and code.</summary>
    public async Task PressAsync(string key, int code, CancellationToken cancellation)
    {
        foreach (string type in (string[])["keyDown", "keyUp"])
            await SendAsync("Input.dispatchKeyEvent", new JsonObject { ["type"] = type, ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code, ["text"] = key == "Enter" ? "\r" : "" }, cancellation);
    }

    /// <summary>The whole page as PNG.</summary>
    public async Task<byte[]> PhotographAsync(CancellationToken cancellation)
        => Convert.FromBase64String((await SendAsync("Page.captureScreenshot", new JsonObject { ["captureBeyondViewport"] = true }, cancellation))["data"]!.GetValue<string>());

    /// <summary>The page as it is printed on A4.</summary>
    public async Task<byte[]> PrintAsync(CancellationToken cancellation)
        => Convert.FromBase64String((await SendAsync("Page.printToPDF", new JsonObject { ["preferCSSPageSize"] = true, ["printBackground"] = true, ["paperWidth"] = 8.27, ["paperHeight"] = 11.69 }, cancellation))["data"]!.GetValue<string>());

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _process.DisposeAsync();
        _profile.Dispose();
    }

    private async Task<JsonNode> SendAsync(string method, JsonObject parameters, CancellationToken cancellation)
    {
        int id = ++_lastId;
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters });
        await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancellation);
        while (true)
        {
            JsonNode answer = await ReceiveAsync(cancellation);
            if ((int?)answer["id"] == id)
                return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer.ToJsonString()}");
            Take(answer);
        }
    }

    private void Take(JsonNode message)
    {
        switch ((string?)message["method"])
        {
            case "Network.requestWillBeSent":
                _requests.Add(message["params"]!["request"]!["url"]!.GetValue<string>());
                break;
            case "Log.entryAdded" or "Runtime.consoleAPICalled" or "Runtime.exceptionThrown":
                _complaints.Add(message["params"]!.ToJsonString());
                break;
            case "Page.loadEventFired":
                _loaded = true;
                break;
            default:
                break;
        }
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellation)
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        WebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer, cancellation);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!;
    }
}
