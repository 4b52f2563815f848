using System.Collections.Concurrent;
using System.Net.Sockets;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Observing;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Forwarding;

/// <summary>
/// Speaks a runtime's side of the Diagnostics IPC to the stock tools on this machine. What they send is read, and asked of the host as a signed
/// request of our own: each command is judged, recorded and scrubbed there like any other operation.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="target">The remote process.</param>
/// <param name="choice">Chooses what is asked for.</param>
/// <param name="takeDump">Has a dump taken and brings it to a path here.</param>
/// <param name="observer">Hears what becomes of it.</param>
internal sealed class ToolServer(Session session, ListedProcess target, OperationChoice choice, TakeDump takeDump, IForwardObserver observer)
{
    // A tool on the same machine sends its message at once.
    private static readonly TimeSpan MessageLimit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<ulong, RunningTrace> _running = new();
    private ulong _lastId;

    private TargetProcess Process => target.Process;

    /// <summary>Serves one connection of a tool, which carries one command. Never fails: a tool that leaves, and a host that refuses, end the connection.</summary>
    /// <param name="socket">The tool's; closed at the end.</param>
    /// <param name="stop">Ends what runs.</param>
    public async Task ServeAsync(Socket socket, CancellationToken stop)
    {
        await using var tool = new NetworkStream(socket, ownsSocket: true);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(MessageLimit);
            if (await IpcMessage.ReadAsync(tool, limit.Token) is { } message)
                await AnswerAsync(tool, message, stop);
        }
        catch (IpcException error)
        {
            if (error.Error != IpcError.UnknownCommand)
                observer.Refused(error.Message, null);
            await RefuseAsync(tool, error.Error, error.Message);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException)
        {
            // The tool left, or everything ends.
        }
        catch (Exception error) when (error is CliException or RefusedException or ProtocolException)
        {
            Failure failure = Failure.Of(error);
            observer.Refused(failure.What, failure.ToDo);
            await RefuseAsync(tool, failure.ExitCode == ExitCode.Refused ? IpcError.AccessDenied : IpcError.Failed, failure.What);
        }
    }

    private async Task AnswerAsync(NetworkStream tool, IpcMessage message, CancellationToken stop)
    {
        switch (message.Command)
        {
            case IpcCommand.ProcessInfo or IpcCommand.ProcessInfo2 or IpcCommand.ProcessInfo3:
                await tool.WriteAsync(Replies.Of(await ProcessFacts.InfoAsync(session, Process, stop), message.Command), stop);
                break;
            case IpcCommand.ProcessEnvironment:
                await tool.WriteAsync(Replies.Of(await ProcessFacts.EnvironmentAsync(session, Process, stop)), stop);
                break;
            case >= IpcCommand.CollectTracing and <= IpcCommand.CollectTracing5:
                await CollectAsync(tool, CollectRequest.Parse(message), stop);
                break;
            case IpcCommand.StopTracing:
                await StopAsync(tool, new PayloadReader(message.Payload).UInt64(), stop);
                break;
            case IpcCommand.Dump or IpcCommand.Dump2 or IpcCommand.Dump3:
                await DumpAsync(tool, message, stop);
                break;
            case IpcCommand.AttachProfiler or IpcCommand.StartupProfiler or IpcCommand.SetEnvironmentVariable or IpcCommand.ApplyStartupHook:
                throw new IpcException(IpcError.AccessDenied, $"{message.Command} runs code in the process, or changes what it will run: no policy allows that");
            case IpcCommand.EnablePerfMap or IpcCommand.DisablePerfMap:
                throw new IpcException(IpcError.AccessDenied, $"{message.Command} writes files on the host: no policy allows that");
            default:
                // Resuming among them: the process runs already. A tool that hears of an unknown command goes on, or tries an older one.
                throw new IpcException(IpcError.UnknownCommand, "unknown command");
        }
    }

    private async Task CollectAsync(NetworkStream tool, EventPipeOrder asked, CancellationToken stop)
    {
        (string name, EventPipeOrder order) = choice.For(asked, target.Operations);
        await using Operation operation = await session.StartAsync(new OperationOrder(name, Process, order), stop);
        using var running = new RunningTrace(Interlocked.Increment(ref _lastId), stop);
        _running[running.Id] = running;
        try
        {
            await tool.WriteAsync(Replies.Of(running.Id), stop);
            OperationEnd end = await operation.ReceiveAsync((bytes, _) => running.PassOnAsync(tool, bytes), null, running.Stopping);
            observer.Ended(name, end);
        }
        finally
        {
            // A runtime closes the stream, and answers the stop after that.
            tool.Close();
            running.End();
        }
    }

    /// <summary>The tool names a path of its own machine, which is this one: the sanitised dump comes there.</summary>
    private async Task DumpAsync(NetworkStream tool, IpcMessage message, CancellationToken stop)
    {
        var reader = new PayloadReader(message.Payload);
        (string path, uint type) = (reader.String(), reader.UInt32());
        string operation = type switch
        {
            1 => Operations.DumpMini,
            2 => Operations.DumpHeap,
            3 => Operations.DumpTriage,
            4 => Operations.DumpFull,
            _ => throw new IpcException(IpcError.InvalidArgument, $"there is no dump of type {type}"),
        };
        if (!Path.IsPathFullyQualified(path))
            throw new IpcException(IpcError.InvalidArgument, "a dump needs a whole path to go to");
        observer.Ended(operation, await takeDump(operation, path, stop));
        await tool.WriteAsync(Replies.Done(), stop);
    }

    private async Task StopAsync(NetworkStream tool, ulong id, CancellationToken stop)
    {
        if (id == 0 || id > Volatile.Read(ref _lastId))
            throw new IpcException(IpcError.InvalidArgument, "a tool wants a trace stopped that it did not start here");
        if (_running.TryRemove(id, out RunningTrace? running))
            await running.StopAsync().WaitAsync(stop);
        await tool.WriteAsync(Replies.Of(id), stop);
    }

    private static async Task RefuseAsync(NetworkStream tool, IpcError error, string text)
    {
        try
        {
            await tool.WriteAsync(IpcMessage.Refusal(error, Shortened(text)));
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // The tool did not wait.
        }
    }

    private static string Shortened(string text) => text.Length <= 1000 ? text : text[..1000];
}

/// <summary>Has a dump taken and brings it here.</summary>
/// <param name="operation">For instance `dump.heap`.</param>
/// <param name="path">Where it goes.</param>
/// <param name="stop">Gives up.</param>
/// <returns>The end of a whole dump.</returns>
internal delegate Task<OperationEnd> TakeDump(string operation, string path, CancellationToken stop);

/// <summary>Hears what becomes of a tool's commands. Called from any thread.</summary>
internal interface IForwardObserver
{
    /// <summary>A command was answered with an error.</summary>
    /// <param name="what">What happened; names the rule where a policy decided.</param>
    /// <param name="toDo">What to do; null where there is nothing.</param>
    void Refused(string what, string? toDo);

    /// <summary>A tool's session is over.</summary>
    void Ended(string operation, OperationEnd end);
}
