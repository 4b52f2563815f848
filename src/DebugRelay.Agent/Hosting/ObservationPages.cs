using System.Diagnostics.Metrics;
using System.Net;
using DebugRelay.Agent.BrokerLink;
using DebugRelay.Agent.Observability;
using DebugRelay.Agent.Sessions;
using DebugRelay.Policy.Configuration;
using DebugRelay.Protocol;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DebugRelay.Agent.Hosting;

/// <summary>`/metrics`, `/healthz` and `/readyz` for this machine alone: on a loopback address, or a Unix socket.</summary>
internal sealed class ObservationPages
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly PrometheusPage _page;
    private readonly BrokerProcess _broker;
    private readonly LiveTrust _trust;
    private readonly ExpiryWatch _expiries;

    public ObservationPages(PrometheusPage page, AgentMetrics metrics, BrokerProcess broker, LiveTrust trust, SessionTable sessions, HostConfiguration configuration, ExpiryWatch expiries, ReloadService reloads)
    {
        (_page, _broker, _trust, _expiries) = (page, broker, trust, expiries);
        Meter meter = metrics.Meter;
        meter.CreateObservableGauge("debugrelay.sessions.running", () => sessions.All.Count, null, "Sessions that run");
        meter.CreateObservableGauge("debugrelay.operations.running", () => sessions.All.Sum(s => s.Running.Count), null, "Operations that run");
        meter.CreateObservableGauge("debugrelay.files.refused", () => reloads.Problems.Count, null, "Files (policy, lists, certificate, profile) whose newest content was refused");
        meter.CreateObservableGauge("debugrelay.killed", () => trust.Current.IsKilled ? 1 : 0, null, "Whether the kill file stops everything");
        meter.CreateObservableGauge("debugrelay.deny.version", () => (long)trust.Current.Deny.Version, null, "Version of the deny list; 0 where there is none");
        meter.CreateObservableGauge("debugrelay.ends", () => expiries.All.Select(e => new Measurement<double>(e.End.ToUnixTimeSeconds(), KeyValuePair.Create("what", (object?)e.What))), "s", "Unix time at which a certificate or a revocation list ends");
        meter.CreateObservableGauge("debugrelay.ends.soon", () => expiries.All.Count(e => e.IsSoon(trust.Now)), null, "Certificates and revocation lists that end soon, or have ended");
        meter.CreateObservableGauge("debugrelay.recordings.free", () => Room(configuration.Recordings), "By", "Room that is left where recordings lie");
        double since = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        meter.CreateObservableGauge("process.start.time", () => since, "s", "Unix time since when all this is counted");
        meter.CreateObservableGauge("debugrelay.build", () => new Measurement<int>(1, KeyValuePair.Create("version", (object?)RelayProtocol.ProductVersion)), null, "The agent's version");
    }

    /// <summary>Listens where the configuration says; nowhere where it says nothing.</summary>
    public static void Listen(KestrelServerOptions kestrel, HostConfiguration configuration)
    {
        if (configuration.Metrics is not { } place)
            return;
        if (IPEndPoint.TryParse(place, out IPEndPoint? address))
        {
            kestrel.Listen(address);
            return;
        }
        // What a dead agent left here would be in the way.
        File.Delete(place);
        kestrel.ListenUnixSocket(place);
    }

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        // A page of another site must not be able to ask this for a browser on the machine.
        context.Response.Headers.CacheControl = "no-store";
        string? answer = HttpMethods.IsGet(context.Request.Method) ? context.Request.Path.Value switch
        {
            "/metrics" => _page.Write(),
            "/healthz" => "ok\n",
            "/readyz" => await ReadyAsync(context),
            _ => null,
        }
        : null;
        if (answer is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(answer, context.RequestAborted);
    }

    /// <summary>Before the first session the folder is not there, nor the one above it perhaps. What cannot be measured is left out, and the page goes on.</summary>
    private static IEnumerable<Measurement<long>> Room(string folder)
    {
        string? there = folder;
        while (there is not null && !Directory.Exists(there))
            there = Path.GetDirectoryName(there);
        try
        {
            return there is null ? [] : [new(new DriveInfo(there).AvailableFreeSpace)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private async Task<string> ReadyAsync(HttpContext context)
    {
        string[] problems = [.. await ProblemsAsync(context.RequestAborted)];
        context.Response.StatusCode = problems.Length == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return problems.Length == 0 ? "ready\n" : string.Join('\n', problems) + "\n";
    }

    private async Task<List<string>> ProblemsAsync(CancellationToken cancellation)
    {
        var problems = new List<string>();
        if (_trust.Current.IsKilled)
            problems.Add(HostTrust.KillFileReason);
        if (_trust.Current.Store.RevocationLists.StaleProblem(_trust.Now) is { } stale)
            problems.Add(stale);
        problems.AddRange(_expiries.All.Where(e => e.What == ExpiryWatch.AgentCertificate && e.End <= _trust.Now).Select(_ => "the agent's certificate has ended"));
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Patience);
            (await _broker.ConnectAsync(limit.Token)).Dispose();
        }
        catch (Exception e) when (e is BrokerGoneException or OperationCanceledException)
        {
            problems.Add("the broker does not answer");
        }
        return problems;
    }
}
