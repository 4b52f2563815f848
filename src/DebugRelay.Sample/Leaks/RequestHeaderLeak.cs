using System.Net.Http.Headers;

namespace DebugRelay.Sample.Leaks;

/// <summary>Headers of a request that the web server is told to log.</summary>
internal sealed class RequestHeaderLeak(Secrets secrets) : Leak
{
    private readonly string _bearer = secrets.Plant("header", "Authorization", FreshSecret.Token());
    private readonly string _apiKey = secrets.Plant("header", "X-Api-Key", FreshSecret.Key());
    private readonly string _cookie = secrets.Plant("header", "Cookie", FreshSecret.Token());

    /// <summary>Names of the headers that are logged.</summary>
    public static string[] Headers { get; } = ["Authorization", "X-Api-Key", "Cookie"];

    public override void OnRequest(HttpRequestMessage request)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _bearer);
        request.Headers.Add("X-Api-Key", _apiKey);
        request.Headers.Add("Cookie", $"basket={_cookie}");
    }
}
