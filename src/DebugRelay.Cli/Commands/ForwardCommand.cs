using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Forwarding;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands;

/// <summary>`forward TARGET [-- COMMAND …]`: a local diagnostic port through which the stock dotnet-* tools see a remote process.</summary>
internal sealed class ForwardCommand
{
    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection = new();
    private readonly Argument<string> _target = CommonOptions.Target();
    private readonly Option<string> _socket = new("--socket") { HelpName = "PATH", Description = "Where the socket is made; in a folder of its own if left out" };
    private readonly Option<int> _buffer = new("--buffer") { HelpName = "MB", Description = "The target's event buffer at most, whatever a tool asks for", DefaultValueFactory = _ => OperationChoice.DefaultMaxBuffer };
    private readonly Option<bool> _json = new("--json") { Description = "Write where the port is as one JSON object" };
    private readonly Argument<string[]> _command = new("COMMAND")
    {
        Description = "After --: what to run, and end with. {socket} and {pid} are replaced; DEBUGRELAY_SOCKET and DEBUGRELAY_PID are set",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private ForwardCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        var forward = new ForwardCommand(context);
        var command = new Command("forward", "Open a local diagnostic port for dotnet-trace, dotnet-counters, dotnet-gcdump, dotnet-stack") { forward._target, forward._command };
        command.Options.Add(forward._socket);
        command.Options.Add(forward._buffer);
        command.Options.Add(forward._json);
        forward._connection.AddTo(command);
        command.SetAction((parsed, interrupted) => context.WithSessionAsync(parsed, forward._connection, forward.RunAsync, interrupted));
        return command;
    }

    private async Task<int> RunAsync(Session session, ParseResult parsed, CancellationToken interrupted)
    {
        if (parsed.GetValue(_buffer) is not (>= 1 and <= Policy.Limits.BufferMegabytes) and var buffer)
            throw new UsageException($"--buffer {buffer} is not possible", $"give 1 to {Policy.Limits.BufferMegabytes} MB");
        ListedProcess target = await Processes.FindListedAsync(session, parsed.GetRequiredValue(_target), interrupted);
        string folder = Directory.CreateTempSubdirectory("dr-").FullName;
        try
        {
            using var placeholder = Placeholder.Start(folder);
            var observer = new Observer(_context.Terminal);
            var server = new ToolServer(session, target, new OperationChoice(parsed.GetValue(_buffer)), (operation, path, stop) => DumpAsync(session, target.Process, operation, path, stop), observer);
            string path = Path.GetFullPath(parsed.GetValue(_socket) ?? Path.Combine(folder, "port"));
            await using ToolPort port = ToolPort.Open(path, server.ServeAsync);
            await using ToolPort byPid = ToolPort.Open(Path.Combine(folder, placeholder.SocketName), server.ServeAsync);
            var place = new ForwardedPort(path, placeholder.Pid, folder);
            return parsed.GetValue(_command) is { Length: > 0 } command
                ? await RunToolAsync(command, place, session, observer, interrupted)
                : await WaitAsync(session, target.Process, place, parsed.GetValue(_json), interrupted);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<OperationEnd> DumpAsync(Session session, TargetProcess process, string operation, string path, CancellationToken stop)
    {
        await using ResultFile file = ResultFile.Create(path, overwrite: false);
        // The tool waits on one connection: a link that broke is not mended behind its back.
        var fetch = new DumpFetch(_ => throw new ConnectionException("the link to the agent was lost", "take the dump with `debugrelay dump`, which goes on where it was"), TimeProvider.System);
        try
        {
            OperationEnd end = await fetch.RunAsync(session, new WantedDump(operation, process), (bytes, cancellation) => file.AppendAsync(bytes, cancellation), stop);
            if (end.Partial)
                throw Operation.Cut(end);
            await file.FinishAsync();
            return end;
        }
        catch
        {
            await file.DisposeAsync();
            File.Delete(file.PartialPath);
            throw;
        }
    }

    private async Task<int> WaitAsync(Session session, TargetProcess process, ForwardedPort place, bool json, CancellationToken interrupted)
    {
        if (json)
            _context.Terminal.Output.WriteLine(JsonSerializer.Serialize(place, OutputJson.Default.ForwardedPort));
        else
            WriteTo(_context.Terminal, session, process, place);
        _context.Terminal.Output.Flush();
        await Task.WhenAny(session.Ended, Task.Delay(Timeout.Infinite, interrupted));
        return interrupted.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static void WriteTo(Terminal terminal, Session session, TargetProcess process, ForwardedPort place)
    {
        terminal.Output.WriteLine($"{Table.Printable(process.Name)} {process.Pid} on {Table.Printable(session.Hello.Host)}, until {session.Opened.NotAfter.UtcDateTime.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)} or Ctrl-C");
        terminal.Output.WriteLine($"  dotnet-trace collect --diagnostic-port {place.Socket},connect");
        terminal.Output.WriteLine($"  dotnet-counters monitor --diagnostic-port {place.Socket},connect");
        terminal.Output.WriteLine($"  dotnet-gcdump collect --diagnostic-port {place.Socket},connect");
        terminal.Output.WriteLine($"  TMPDIR={place.Folder} dotnet-stack report -p {place.Pid}");
    }

    /// <summary>The tool hears Ctrl-C from the terminal too, and ends its trace by itself: it is waited for in any case.</summary>
    private async Task<int> RunToolAsync(string[] command, ForwardedPort place, Session session, Observer observer, CancellationToken interrupted)
    {
        using Process tool = Start(command, place);
        await Task.WhenAny(tool.WaitForExitAsync(CancellationToken.None), session.Ended);
        if (!tool.HasExited)
        {
            // Its traces have ended with the session: it says so and goes. One that does not is no longer of use.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await tool.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!tool.HasExited)
                tool.Kill(entireProcessTree: true);
            await tool.WaitForExitAsync(CancellationToken.None);
        }
        if (interrupted.IsCancellationRequested)
            return ExitCode.Interrupted;
        if (tool.ExitCode == 0)
            return ExitCode.Done;
        _context.Terminal.Error.WriteLine($"note: {Table.Printable(command[0])} ended with exit code {tool.ExitCode}");
        return observer.HasRefused ? ExitCode.Refused : ExitCode.Failed;
    }

    private static Process Start(string[] command, ForwardedPort place)
    {
        string pid = place.Pid.ToString(CultureInfo.InvariantCulture);
        string[] words = [.. command.Select(word => word.Replace("{pid}", pid, StringComparison.Ordinal).Replace("{socket}", place.Socket, StringComparison.Ordinal))];
        var start = new ProcessStartInfo(words[0]);
        foreach (string argument in words.Skip(1))
            start.ArgumentList.Add(argument);
        start.Environment["DEBUGRELAY_PID"] = pid;
        start.Environment["DEBUGRELAY_SOCKET"] = place.Socket;
        // Older tools look for a pid's socket in their own TMPDIR.
        start.Environment["TMPDIR"] = place.Folder;
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new UsageException($"{words[0]} cannot be run: {error.Message}", "is it installed, and on the PATH?", error);
        }
    }

    private sealed class Observer(Terminal terminal) : IForwardObserver
    {
        // A tool that is refused tries older forms of the same question.
        private readonly HashSet<string> _told = [];

        public bool HasRefused
        {
            get
            {
                lock (_told)
                    return _told.Count > 0;
            }
        }

        public void Refused(string what, string? toDo)
        {
            lock (_told)
            {
                if (!_told.Add(what))
                    return;
                terminal.Error.WriteLine($"refused: {Table.Printable(what)}");
                if (toDo is not null)
                    terminal.Error.WriteLine($"  {Table.Printable(toDo)}");
            }
        }

        public void Ended(string operation, OperationEnd end)
        {
            string cut = end.Partial ? $", cut: {end.Message ?? end.Code}" : "";
            string scrubbed = end.Dump is null ? $"masked {Trace.TraceSummary.Masked(end)}" : "sanitised and verified";
            terminal.Error.WriteLine($"note: {operation} {Amounts.Bytes(end.Bytes)}, {scrubbed}{Table.Printable(cut)}");
        }
    }
}

/// <summary>Where tools find the process.</summary>
/// <param name="Socket">The diagnostic port, to be given with `,connect`.</param>
/// <param name="Pid">The placeholder's pid.</param>
/// <param name="Folder">The TMPDIR in which tools find the pid's socket.</param>
internal sealed record ForwardedPort(string Socket, int Pid, string Folder);
