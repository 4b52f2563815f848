namespace DebugRelay.Sample.Leaks;

/// <summary>A token in a query string: HttpClient's events and the web server's log both carry it.</summary>
internal sealed class RequestUrlLeak(Secrets secrets) : Leak
{
    private readonly string _token = secrets.Plant("url-query", "access token of a query", FreshSecret.Token());

    public override void OnRequest(HttpRequestMessage request) =>
        request.RequestUri = new Uri($"{request.RequestUri}?page=1&access_token={_token}", UriKind.Relative);
}
