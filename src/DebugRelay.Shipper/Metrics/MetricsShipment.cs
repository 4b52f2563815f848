using System.Net.Http.Headers;
using DebugRelay.Shipper.Siem;

namespace DebugRelay.Shipper.Metrics;

/// <summary>
/// Reads an agent's page of metrics in turn and sends what it says as OTLP over HTTP. Nothing is kept for a receiver that is away: what is counted is
/// cumulative, so the next page says it all.
/// </summary>
internal sealed class MetricsShipment : IDisposable
{
    private readonly MetricsOutput _output;
    private readonly TextWriter _log;
    private readonly TimeProvider _time;
    private readonly AgentPage _agent;
    private readonly HttpClient _receiver = new() { Timeout = Limits.Send };

    public MetricsShipment(MetricsOutput output, TextWriter log, TimeProvider time)
    {
        (_output, _log, _time) = (output, log, time);
        _agent = new AgentPage(output.Page);
    }

    /// <summary>Until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(_output.Seconds), _time);
        do
        {
            try
            {
                await SendNextAsync(stop);
            }
            catch (Exception e) when (IsFailure(e, stop))
            {
                await _log.WriteLineAsync($"metrics: {e.Message}; again in {_output.Seconds} s");
            }
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    public void Dispose()
    {
        _agent.Dispose();
        _receiver.Dispose();
    }

    /// <summary>An agent that does not answer is told, too.</summary>
    private async Task SendNextAsync(CancellationToken stop)
    {
        string? page = null;
        try
        {
            page = await _agent.ReadMetricsAsync(stop);
        }
        catch (Exception e) when (IsFailure(e, stop))
        {
            await _log.WriteLineAsync($"metrics: {_output.Page}: {e.Message}");
        }
        using var body = new ByteArrayContent(OtlpMetrics.Encode(page is null ? [] : MetricsPage.Parse(page), _output.Host ?? Environment.MachineName, page is not null, _time.GetUtcNow()));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage answer = await _receiver.PostAsync(_output.Endpoint, body, stop);
        if (!answer.IsSuccessStatusCode)
            throw new ShipperException($"{_output.Endpoint} answered {(int)answer.StatusCode}");
    }

    private static bool IsFailure(Exception e, CancellationToken stop)
        => e is HttpRequestException or ShipperException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested);
}
