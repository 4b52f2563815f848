using System.Buffers.Binary;
using DebugRelay.Cli.Connection;
using DebugRelay.NetTrace;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Observing;

/// <summary>What a process throws, as it throws it, with the method that did.</summary>
internal sealed class ExceptionFeed
{
    private const int ExceptionThrown = 80;

    // Below it, methods that are compiled come without their names.
    private const int Verbose = 5;

    // Of the event's flags: thrown again by `throw;`.
    private const ushort Rethrown = 0x4;

    // A busy process compiles methods all the time; exceptions themselves are small.
    private const int BufferMegabytes = 16;

    // From a stop to the end of the rundown: some ten thousand methods.
    private static readonly TimeSpan NamingAtMost = TimeSpan.FromSeconds(30);

    private readonly Lock _naming = new();
    private readonly MethodNames _names = new();
    private readonly Action<ThrownException> _onThrown;
    private List<(DateTime Time, string Type, string Message, ulong[] Stack)>? _waiting = [];

    private ExceptionFeed(Action<ThrownException> onThrown) => _onThrown = onThrown;

    /// <summary>Follows a process until the time is over.</summary>
    /// <param name="session">The session.</param>
    /// <param name="target">The process.</param>
    /// <param name="onThrown">Gets each exception once, when it is first thrown; from a background thread.</param>
    /// <param name="onTrouble">Gets what could not be done, one line.</param>
    /// <param name="duration">How long; null: until it is stopped.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>The end; it may be partial.</returns>
    public static async Task<OperationEnd> FollowAsync(
        Session session, TargetProcess target, Action<ThrownException> onThrown, Action<string> onTrouble, TimeSpan? duration, CancellationToken stop)
    {
        var feed = new ExceptionFeed(onThrown);
        var order = new EventPipeOrder(
            [new TraceProvider(EventPipeShapes.Runtime, EventPipeShapes.Exceptions | EventPipeShapes.CompiledMethods, Verbose)], BufferMegabytes, Rundown: false, duration);
        await using Operation operation = await session.StartAsync(new OperationOrder(Operations.Exceptions, target, order), stop);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task naming = feed.NameAsync(session, target, onTrouble, over.Token);
        try
        {
            return await StackedEvents.ReadAsync(operation, feed.Take, duration, stop);
        }
        finally
        {
            await over.CancelAsync();
            await naming;
        }
    }

    /// <summary>
    /// The methods that were compiled before come from the rundown of a second, short session; those that are compiled meanwhile from the first. What
    /// is thrown until then waits.
    /// </summary>
    private async Task NameAsync(Session session, TargetProcess target, Action<string> onTrouble, CancellationToken stop)
    {
        try
        {
            var order = new EventPipeOrder([new TraceProvider(EventPipeShapes.Runtime, EventPipeShapes.Exceptions, Level: 1)], BufferMegabytes, Rundown: true, NamingAtMost);
            await using Operation operation = await session.StartAsync(new OperationOrder(Operations.Exceptions, target, order), stop);
            await StackedEvents.ReadAsync(operation, Observe, TimeSpan.FromMilliseconds(1), stop);
        }
        catch (Exception error) when (error is RefusedException or Failures.CliException or ProtocolException)
        {
            onTrouble($"where exceptions are thrown cannot be told: {error.Message}");
        }
        catch (OperationCanceledException)
        {
            // It is over already.
        }
        Release();
    }

    private void Observe(NetTraceEvent each, ReadOnlySpan<ulong> stack, DateTime time)
    {
        lock (_naming)
            _names.Observe(each);
    }

    private void Release()
    {
        lock (_naming)
        {
            foreach ((DateTime time, string type, string message, ulong[] stack) in _waiting ?? [])
                Tell(time, type, message, stack);
            _waiting = null;
        }
    }

    private void Take(NetTraceEvent each, ReadOnlySpan<ulong> stack, DateTime time)
    {
        lock (_naming)
        {
            _names.Observe(each);
            if (each.Type.Provider != EventPipeShapes.Runtime || each.Type.EventId != ExceptionThrown || IsRethrown(each.Payload) || !each.TryGetValues(out EventValues values))
                return;
            (string type, string message) = (TextOf(values, "ExceptionType"), TextOf(values, "ExceptionMessage"));
            if (_waiting is not null)
                _waiting.Add((time, type, message, stack.ToArray()));
            else
                Tell(time, type, message, stack);
        }
    }

    private void Tell(DateTime time, string type, string message, ReadOnlySpan<ulong> stack)
    {
        if (ThrowSite.Find(stack, _names) is { } site)
            _onThrown(new ThrownException(time, type, message, site));
    }

    /// <summary>The payload ends with the flags and two bytes that tell runtimes of one process apart.</summary>
    private static bool IsRethrown(ReadOnlySpan<byte> payload)
        => payload.Length >= 4 && (BinaryPrimitives.ReadUInt16LittleEndian(payload[^4..]) & Rethrown) != 0;

    private static string TextOf(EventValues values, string field)
    {
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i].Name == field)
                return values.Text(i).ToString();
        }
        return "";
    }
}

/// <summary>An exception that a process threw.</summary>
/// <param name="Time">UTC.</param>
/// <param name="Type">Its type with its namespace.</param>
/// <param name="Message">As the host's profile left it.</param>
/// <param name="TopFrame">The method that threw it, `Namespace.Type.Method`; empty where it is not known.</param>
internal sealed record ThrownException(DateTime Time, string Type, string Message, string TopFrame);
