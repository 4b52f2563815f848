using System.Net;
using System.Net.Sockets;
using DebugRelay.Policy.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace DebugRelay.Agent.Transport;

/// <summary>
/// Stands before TLS: handshakes are the cheapest way to burn a host's CPU. So many run at once, and so many a second may fail, from one
/// address and in all; those beyond wait two seconds at most. Of those that wait any one goes next, so that nobody gets ahead by coming again and
/// again, and connections that have shown nothing make room for newer ones, so that a good client gets in beside any number of bad ones from its own address.
/// </summary>
internal sealed partial class HandshakeGate(HostConfiguration configuration, TimeProvider time, ILogger<HandshakeGate> logger)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, AddressShare> _shares = [];
    private readonly LinkedList<Newcomer> _newcomers = new();
    private readonly HostLimits _limits = configuration.Limits;
    private int _handshakes;

    /// <summary>Connections that have shown no certificate yet.</summary>
    internal int Newcomers
    {
        get
        {
            lock (_lock)
                return _newcomers.Count;
        }
    }

    /// <summary>Before TLS.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        Newcomer newcomer = Add(connection);
        try
        {
            if (await HasHelloAsync(connection) && await StartsAsync(newcomer))
            {
                connection.Features.Set(newcomer);
                await next(connection);
            }
        }
        finally
        {
            Leave(newcomer, failed: true);
        }
    };

    /// <summary>After TLS: the certificate was accepted.</summary>
    public ConnectionDelegate After(ConnectionDelegate next) => connection =>
    {
        if (connection.Features.Get<Newcomer>() is { } newcomer)
            Leave(newcomer, failed: false);
        return next(connection);
    };

    private Newcomer Add(ConnectionContext connection)
    {
        lock (_lock)
        {
            IPAddress address = KeyOf(connection.RemoteEndPoint);
            if (!_shares.TryGetValue(address, out AddressShare? share))
                _shares[address] = share = new AddressShare(address, _limits.FailuresPerSecond, time);
            var newcomer = new Newcomer(connection, share);
            if (share.Newcomers.Count >= Limits.NewcomersPerAddress)
                Evict(Oldest(share.Newcomers));
            if (_newcomers.Count >= _limits.Connections / 2)
                Evict(Oldest(_newcomers));
            newcomer.InShare = share.Newcomers.AddLast(newcomer);
            newcomer.InAll = _newcomers.AddLast(newcomer);
            return newcomer;
        }
    }

    /// <summary>Who has not even begun a handshake goes first.</summary>
    private static Newcomer Oldest(LinkedList<Newcomer> newcomers) => newcomers.FirstOrDefault(n => n.Started is null) ?? newcomers.First!.Value;

    /// <summary>Garbage and silence cost a place, but no handshake.</summary>
    private static async Task<bool> HasHelloAsync(ConnectionContext connection)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, StoppingOf(connection));
        timer.CancelAfter(Limits.ClientHello);
        try
        {
            return await ClientHello.ArrivesAsync(connection.Transport.Input, timer.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException or ConnectionResetException)
        {
            return false;
        }
    }

    /// <summary>Waits for a place and a token.</summary>
    /// <returns>False where there was none in time.</returns>
    private async Task<bool> StartsAsync(Newcomer newcomer)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(newcomer.Connection.ConnectionClosed, StoppingOf(newcomer.Connection));
        CancellationToken closed = over.Token;
        long since = time.GetTimestamp();
        lock (_lock)
        {
            if (newcomer.HasLeft)
                return false;
            if (newcomer.Share.Waiting.Count >= Limits.HandshakesWaiting)
                Evict(AnyOf(newcomer.Share.Waiting));
            newcomer.Share.Waiting.Add(newcomer);
        }
        while (!closed.IsCancellationRequested && time.GetElapsedTime(since) < Limits.HandshakeWait)
        {
            lock (_lock)
            {
                StartSome(newcomer.Share);
                if (newcomer.Started is not null || newcomer.HasLeft)
                    return !newcomer.HasLeft;
            }
            await Task.Delay(LookAgain, time, closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (!closed.IsCancellationRequested)
            Log.Refused(logger, newcomer.Share.Address.ToString(), Limits.HandshakeWait.TotalSeconds);
        return false;
    }

    /// <summary>Cancelled when the agent stops.</summary>
    private static CancellationToken StoppingOf(ConnectionContext connection)
        => connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;

    private void StartSome(AddressShare share)
    {
        while (share.Waiting.Count > 0)
        {
            bool full = share.Handshakes >= _limits.HandshakesPerAddress || _handshakes >= _limits.Handshakes;
            if (full && !EvictStalled(share))
                return;
            if (!share.TryTakeToken())
                return;
            Newcomer next = AnyOf(share.Waiting);
            share.Waiting.Remove(next);
            next.Started = time.GetTimestamp();
            share.Handshakes++;
            _handshakes++;
        }
    }

    private static Newcomer AnyOf(List<Newcomer> waiting) => waiting[Random.Shared.Next(waiting.Count)];

    /// <summary>A handshake that takes long makes room where others wait.</summary>
    private bool EvictStalled(AddressShare share)
    {
        IEnumerable<Newcomer> candidates = share.Handshakes >= _limits.HandshakesPerAddress ? share.Newcomers : _newcomers;
        Newcomer? stalled = candidates.FirstOrDefault(n => n.Started is { } started && time.GetElapsedTime(started) > Limits.HandshakeStalled);
        if (stalled is null)
            return false;
        Evict(stalled);
        return true;
    }

    private void Evict(Newcomer newcomer)
    {
        LeaveLocked(newcomer, failed: true);
        newcomer.Connection.Abort(new ConnectionAbortedException("made room for a newer connection"));
    }

    private void Leave(Newcomer newcomer, bool failed)
    {
        lock (_lock)
            LeaveLocked(newcomer, failed);
    }

    private void LeaveLocked(Newcomer newcomer, bool failed)
    {
        if (newcomer.HasLeft)
            return;
        newcomer.HasLeft = true;
        AddressShare share = newcomer.Share;
        share.Newcomers.Remove(newcomer.InShare!);
        _newcomers.Remove(newcomer.InAll!);
        share.Waiting.Remove(newcomer);
        if (newcomer.Started is not null)
        {
            share.Handshakes--;
            _handshakes--;
            if (!failed)
                share.GiveTokenBack();
        }
        // An address that owes nothing is forgotten; one that does, when it has been quiet for the second in which its tokens come back.
        if (share.Newcomers.Count == 0 && (share.IsFull || _shares.Count > Limits.AddressesKnown))
            _shares.Remove(share.Address);
    }

    /// <summary>Who has one IPv6 address has a whole /64.</summary>
    private static IPAddress KeyOf(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address })
            return IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Address} refused: too many handshakes from there, this one waited {Seconds} s")]
        public static partial void Refused(ILogger logger, string address, double seconds);
    }
}

/// <summary>A connection that has shown no certificate yet.</summary>
internal sealed class Newcomer(ConnectionContext connection, AddressShare share)
{
    public ConnectionContext Connection => connection;

    public AddressShare Share => share;

    /// <summary>When its handshake began; null while it has not.</summary>
    public long? Started { get; set; }

    /// <summary>Whether it is none any more: it showed a certificate, or is gone.</summary>
    public bool HasLeft { get; set; }

    public LinkedListNode<Newcomer>? InShare { get; set; }

    public LinkedListNode<Newcomer>? InAll { get; set; }
}

/// <summary>What one address takes. Used under the gate's lock.</summary>
internal sealed class AddressShare(IPAddress address, int perSecond, TimeProvider time)
{
    private double _tokens = perSecond;
    private long _filled = time.GetTimestamp();

    public IPAddress Address => address;

    /// <summary>Oldest first.</summary>
    public LinkedList<Newcomer> Newcomers { get; } = new();

    /// <summary>Those whose ClientHello is there, and whose handshake has not begun.</summary>
    public List<Newcomer> Waiting { get; } = [];

    /// <summary>That run now.</summary>
    public int Handshakes { get; set; }

    /// <summary>Whether no token is missing.</summary>
    public bool IsFull
    {
        get
        {
            Fill();
            return _tokens >= perSecond;
        }
    }

    /// <summary>Takes the token that a handshake costs if it fails.</summary>
    public bool TryTakeToken()
    {
        Fill();
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }

    /// <summary>The handshake went well: it cost nothing.</summary>
    public void GiveTokenBack() => _tokens = Math.Min(perSecond, _tokens + 1);

    private void Fill()
    {
        _tokens = Math.Min(perSecond, _tokens + (time.GetElapsedTime(_filled).TotalSeconds * perSecond));
        _filled = time.GetTimestamp();
    }
}
