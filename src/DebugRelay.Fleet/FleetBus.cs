using System.Globalization;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace DebugRelay.Fleet;

/// <summary>A message as a stream has it.</summary>
/// <param name="Subject">Its subject.</param>
/// <param name="Sequence">Its place in the stream, from 1.</param>
/// <param name="Time">When the bus stored it, by the bus' clock.</param>
/// <param name="Data">The message.</param>
public sealed record StoredMessage(string Subject, ulong Sequence, DateTimeOffset Time, byte[] Data);

/// <summary>
/// The connection to the bus: mutual TLS, one that is lost comes back by itself at another server. Reads go by "direct get", which needs the right to one
/// stream and no consumer: whoever may make consumers can have messages delivered to subjects that are not his.
/// </summary>
public sealed class FleetBus : IAsyncDisposable
{
    private readonly NatsConnection _connection;
    private readonly NatsJSContext _streams;

    private FleetBus(NatsConnection connection, FleetNames names)
    {
        (_connection, Names) = (connection, names);
        _streams = new NatsJSContext(connection, new NatsJSOpts(connection.Opts));
        _connection.ConnectionOpened += (_, _) =>
        {
            Connected?.Invoke();
            return ValueTask.CompletedTask;
        };
    }

    /// <summary>The fleet's names.</summary>
    public FleetNames Names { get; }

    /// <summary>Whether it stands now.</summary>
    public bool IsConnected => _connection.ConnectionState == NatsConnectionState.Open;

    /// <summary>Raised when it stands, the first time and after each loss. Handlers are quick and throw nothing.</summary>
    public event Action? Connected;

    /// <summary>Makes a connection that comes about, and comes back, by itself: nobody waits for a bus that is away.</summary>
    /// <param name="settings">Where it is.</param>
    /// <param name="name">What the servers' lists of connections call us.</param>
    /// <exception cref="FleetException">The certificate or the CA cannot be used.</exception>
    public static FleetBus Create(FleetSettings settings, string name)
    {
        ArgumentNullException.ThrowIfNull(settings);
        X509Certificate2Collection authorities = LoadAuthorities(settings.Ca);
        string inbox = FleetNames.Inbox(settings.Login().Identity);
        var connection = new NatsConnection(new NatsOpts
        {
            Url = string.Join(',', settings.Servers.Select(Url)),
            Name = name,
            InboxPrefix = inbox,
            TlsOpts = new NatsTlsOpts { Mode = TlsMode.Require, ConfigureClientAuthentication = options => Configure(options, authorities, settings.Login) },
            PingInterval = FleetLimits.Ping,
            MaxPingOut = 2,
            RetryOnInitialConnect = true,
            // A server that just starts may not know us yet; giving up would leave a host alone for ever.
            IgnoreAuthErrorAbort = true,
            ReconnectWaitMin = FleetLimits.FirstReconnect,
            ReconnectWaitMax = FleetLimits.LastReconnect,
            ReconnectJitter = FleetLimits.FirstReconnect,
            ConnectTimeout = FleetLimits.Connect,
            RequestTimeout = FleetLimits.Request,
            CommandTimeout = FleetLimits.Request,
            PublishTimeoutOnDisconnected = true,
        });
        return new FleetBus(connection, settings.Names);
    }

    /// <summary>The same, and waits until it stands.</summary>
    /// <exception cref="FleetException">It does not within this time, or a certificate cannot be used.</exception>
    public static async Task<FleetBus> ConnectAsync(FleetSettings settings, string name, TimeSpan patience, CancellationToken cancellation)
    {
        FleetBus bus = Create(settings, name);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            await bus._connection.ConnectAsync().AsTask().WaitAsync(limit.Token).ConfigureAwait(false);
            return bus;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is NatsException or OperationCanceledException)
        {
            await bus.DisposeAsync().ConfigureAwait(false);
            throw new FleetException($"the bus ({string.Join(", ", settings.Servers)}) does not take the connection{(e is NatsException ? $": {e.Message}" : $" within {patience.TotalSeconds:0.#} s")}", e);
        }
    }

    /// <summary>Connects in the background, for as long as it takes.</summary>
    public void Start() => _ = Task.Run(async () =>
    {
        try
        {
            await _connection.ConnectAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is NatsException or ObjectDisposedException or OperationCanceledException)
        {
            // It is tried again by whoever uses it, or is no longer wanted.
        }
    });

    /// <summary>Tells who listens; nobody knows who does.</summary>
    /// <exception cref="FleetException">The bus is away.</exception>
    public async Task TellAsync(string subject, byte[] data, CancellationToken cancellation)
    {
        try
        {
            await _connection.PublishAsync(subject, data, cancellationToken: cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (IsFailure(e, cancellation))
        {
            throw new FleetException($"{subject} was not sent: {e.Message}", e);
        }
    }

    /// <summary>Stores a message in the stream of its subject.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="data">The message.</param>
    /// <param name="id">A message with an id that the stream had within its window is not stored again; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Its place in the stream; of one that was there already, the place that it has.</returns>
    /// <exception cref="FleetException">The stream did not take it within <see cref="FleetLimits.Request"/>, or refused it. It may be there for all that.</exception>
    public async Task<ulong> StoreAsync(string subject, byte[] data, string? id, CancellationToken cancellation)
    {
        try
        {
            PubAckResponse answer = await _streams.PublishAsync(subject, data, opts: new NatsJSPubOpts { MsgId = id, RetryAttempts = 1 }, cancellationToken: cancellation).ConfigureAwait(false);
            // Not EnsureSuccess: it throws where the stream had the message already, and that is as good.
            return answer.Error is { } error ? throw new FleetException($"{subject} was refused: {error.Description} ({error.ErrCode})") : answer.Seq;
        }
        catch (Exception e) when (IsFailure(e, cancellation))
        {
            throw new FleetException($"{subject} was not stored: {e.Message}", e);
        }
    }

    /// <summary>The newest message of a subject.</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="FleetException">The bus does not answer.</exception>
    public Task<StoredMessage?> ReadLastAsync(string stream, string subject, CancellationToken cancellation)
        => GetAsync($"$JS.API.DIRECT.GET.{stream}.{subject}", null, cancellation);

    /// <summary>The first message of a stream, from a place on, whose subject is of this form.</summary>
    /// <returns>Null where there is none yet.</returns>
    /// <exception cref="FleetException">The bus does not answer.</exception>
    public Task<StoredMessage?> ReadNextAsync(string stream, ulong from, string subjects, CancellationToken cancellation)
        => GetAsync($"$JS.API.DIRECT.GET.{stream}", string.Create(CultureInfo.InvariantCulture, $$"""{"seq":{{from}},"next_by_subj":"{{JsonEncodedText.Encode(subjects)}}"}"""), cancellation);

    /// <summary>All subjects that a stream has messages of.</summary>
    /// <exception cref="FleetException">The bus does not answer, or there is no such stream.</exception>
    public async Task<IReadOnlyList<string>> SubjectsAsync(string stream, CancellationToken cancellation)
    {
        try
        {
            NatsMsg<byte[]> answer = await _connection.RequestAsync<string, byte[]>($"$JS.API.STREAM.INFO.{stream}", """{"subjects_filter":">"}""", cancellationToken: cancellation).ConfigureAwait(false);
            using JsonDocument info = JsonDocument.Parse(answer.Data ?? []);
            if (info.RootElement.TryGetProperty("error", out JsonElement error))
                throw new FleetException($"{stream}: {error.GetProperty("description").GetString()}");
            return info.RootElement.GetProperty("state").TryGetProperty("subjects", out JsonElement subjects) ? [.. subjects.EnumerateObject().Select(each => each.Name)] : [];
        }
        catch (Exception e) when (IsFailure(e, cancellation) || e is JsonException or KeyNotFoundException)
        {
            throw new FleetException($"{stream} does not answer: {e.Message}", e);
        }
    }

    /// <summary>What is told from now on, until cancelled. The subscription outlives losses of the connection.</summary>
    public async IAsyncEnumerable<(string Subject, byte[] Data)> ListenAsync(string subjects, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (NatsMsg<byte[]> message in _connection.SubscribeAsync<byte[]>(subjects, cancellationToken: cancellation).ConfigureAwait(false))
            yield return (message.Subject, message.Data ?? []);
    }

    /// <summary>Asks the bus for a sign of life: what was told and subscribed before has arrived when it answers.</summary>
    /// <exception cref="FleetException">It does not answer.</exception>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        try
        {
            await _connection.PingAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (IsFailure(e, cancellation))
        {
            throw new FleetException($"the bus does not answer: {e.Message}", e);
        }
    }

    /// <summary>Makes the fleet's streams, or changes them to be so. It needs rights that no host and no engineer has.</summary>
    /// <param name="replicas">1, or 3 in a cluster: how many nodes have each message.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="FleetException">The bus refuses.</exception>
    public async Task MakeStreamsAsync(int replicas, CancellationToken cancellation)
    {
        foreach (StreamConfig stream in FleetStreams.All(Names, replicas))
        {
            try
            {
                await _streams.CreateOrUpdateStreamAsync(stream, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (IsFailure(e, cancellation))
            {
                throw new FleetException($"{stream.Name} was not made: {e.Message}", e);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<StoredMessage?> GetAsync(string subject, string? request, CancellationToken cancellation)
    {
        try
        {
            NatsMsg<byte[]> answer = await _connection.RequestAsync<string?, byte[]>(subject, request, cancellationToken: cancellation).ConfigureAwait(false);
            if (answer.Headers is not { } headers)
                return null;
            if (headers.Code == 404)
                return null;
            return headers.Code == 0 && headers.TryGetValue("Nats-Subject", out var of) && headers.TryGetValue("Nats-Sequence", out var sequence) && headers.TryGetValue("Nats-Time-Stamp", out var time)
                ? new StoredMessage(of.ToString(), ulong.Parse(sequence.ToString(), CultureInfo.InvariantCulture), DateTimeOffset.Parse(time.ToString(), CultureInfo.InvariantCulture), answer.Data ?? [])
                : throw new FleetException($"{subject}: {headers.Code} {headers.MessageText}");
        }
        catch (Exception e) when (IsFailure(e, cancellation) || e is FormatException)
        {
            throw new FleetException($"{subject} was not read: {e.Message}", e);
        }
    }

    private static bool IsFailure(Exception e, CancellationToken cancellation)
        => e is NatsException or TimeoutException or ObjectDisposedException || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    private static string Url(string server) => server.Contains("://", StringComparison.Ordinal) ? server : $"nats://{server}";

    private static X509Certificate2Collection LoadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new FleetException($"the bus' CA {path} cannot be used: {e.Message}", e);
        }
        return authorities.Count > 0 ? authorities : throw new FleetException($"the bus' CA {path} holds no certificate");
    }

    /// <summary>The given CA and nothing else; no network is asked.</summary>
    private static ValueTask Configure(SslClientAuthenticationOptions options, X509Certificate2Collection authorities, Func<FleetLogin> login)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(authorities);
        options.CertificateChainPolicy = policy;
        options.RemoteCertificateValidationCallback = null;
        options.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        options.ClientCertificateContext = login().Context;
        options.ClientCertificates = null;
        options.LocalCertificateSelectionCallback = null;
        return ValueTask.CompletedTask;
    }
}
