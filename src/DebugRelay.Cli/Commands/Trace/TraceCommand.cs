using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Trace;

/// <summary>`trace TARGET`: a scrubbed nettrace file of what a process does.</summary>
internal sealed class TraceCommand
{
    private const int MaxBufferMegabytes = 1024;
    private const string DefaultProfile = "cpu";

    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection = new();
    private readonly Argument<string> _target = CommonOptions.Target();
    private readonly Option<string> _output = new("-o", "--output") { HelpName = "FILE", Description = "Where to write; NAME_PID_TIME.nettrace if left out" };
    private readonly Option<string> _duration = CommonOptions.Duration("How long; until a key (Enter, Space, q) or Ctrl-C if left out");
    private readonly Option<string> _size = new("--size") { HelpName = "SIZE", Description = $"Stop when so much has come ({Sizes.Form}); the names of methods come on top" };
    private readonly Option<string> _format = new("--format") { HelpName = "NAME", Description = $"{string.Join(", ", TraceConversion.Formats)}: what else to make of the sampled stacks", DefaultValueFactory = _ => TraceConversion.NetTrace };
    private readonly Option<string> _providers = new("--providers") { HelpName = "LIST", Description = "Name[:Keywords[:Level[:Arguments]]],… as dotnet-trace takes them; no keywords: all" };
    private readonly Option<string> _profile = new("--profile") { HelpName = "NAME", Description = $"{string.Join(", ", TraceProfiles.Names)}; {DefaultProfile} if left out" };
    private readonly Option<int> _buffer = new("--buffer") { HelpName = "MB", Description = "The target's event buffer", DefaultValueFactory = _ => EventPipeOrder.DefaultBufferMegabytes };
    private readonly Option<bool> _unscrubbed = new("--unscrubbed") { Description = "As the process sent it, encrypted to you; needs a --grant that names unscrubbed and an incident" };
    private readonly Option<bool> _force = CommonOptions.Force();
    private readonly Option<bool> _json = CommonOptions.Json();

    private TraceCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        var trace = new TraceCommand(context);
        var command = new Command("trace", "Record what a process does, scrubbed, as a .nettrace file") { trace._target };
        foreach (Option option in (Option[])[trace._output, trace._duration, trace._size, trace._format, trace._providers, trace._profile, trace._buffer, trace._unscrubbed, trace._force, trace._json])
            command.Options.Add(option);
        trace._connection.AddTo(command);
        command.SetAction(trace.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        EventPipeOrder order = ReadOrder(parsed);
        string format = parsed.GetValue(_format)!;
        if (!TraceConversion.Formats.Contains(format, StringComparer.OrdinalIgnoreCase))
            throw new UsageException($"there is no format '{format}'", $"choose one of {string.Join(", ", TraceConversion.Formats)}");
        _ = parsed.GetValue(_size) is { } size ? Sizes.Parse(size) : 0;
        if (parsed.GetValue(_output) is { } path)
            ResultFile.Check(path, parsed.GetValue(_force));
        if (parsed.GetValue(_output) is { } output && !IsNetTrace(format))
            ResultFile.Check(TraceConversion.PathFor(output, format), parsed.GetValue(_force));
        return await _context.WithSessionAsync(parsed, _connection, TraceAsync, interrupted);

        Task<int> TraceAsync(Session session, ParseResult _, CancellationToken stop) => this.TraceAsync(session, parsed, order, stop);
    }

    private EventPipeOrder ReadOrder(ParseResult parsed)
    {
        (string? list, string? profile) = (parsed.GetValue(_providers), parsed.GetValue(_profile));
        List<TraceProvider> providers = [];
        if (profile is not null || list is null)
            providers.AddRange(TraceProfiles.Named(profile ?? DefaultProfile));
        if (list is not null)
            providers.AddRange(ProviderList.Parse(list));
        int buffer = parsed.GetValue(_buffer);
        if (buffer is not (>= 1 and <= MaxBufferMegabytes))
            throw new UsageException($"--buffer {buffer} is not possible", $"give 1 to {MaxBufferMegabytes} MB");
        TimeSpan? duration = parsed.GetValue(_duration) is { } time ? Durations.Parse(time) : null;
        return new EventPipeOrder(providers, buffer, Rundown: true, duration);
    }

    private async Task<int> TraceAsync(Session session, ParseResult parsed, EventPipeOrder order, CancellationToken interrupted)
    {
        TargetProcess target = await Processes.FindAsync(session, parsed.GetRequiredValue(_target), interrupted);
        await using Operation operation = await session.StartAsync(new OperationOrder("trace", target, order) { Unscrubbed = parsed.GetValue(_unscrubbed) }, interrupted);
        if (operation.UsesLeft is { } uses)
            _context.Terminal.Error.WriteLine($"note: {Table.Printable(operation.Rule)}; it opens {uses} more");
        if (parsed.GetValue(_unscrubbed))
            _context.Terminal.Error.WriteLine("note: what comes is not scrubbed; it is decrypted here, and stays with you");
        await using ResultFile file = ResultFile.Create(parsed.GetValue(_output) ?? NameFor(target), parsed.GetValue(_force));
        await using var tally = new TraceTally();
        OperationEnd end;
        try
        {
            end = await ReceiveAsync(operation, file, tally, parsed, order.Duration, interrupted);
        }
        catch when (file.Length > 0)
        {
            TellPartial(file);
            throw;
        }
        await tally.FinishAsync();
        return await ConcludeAsync(file, end, tally, parsed, interrupted);
    }

    /// <summary>Until the time is over, enough has come, a key is pressed, or Ctrl-C: all of them keep what has come.</summary>
    private async Task<OperationEnd> ReceiveAsync(Operation operation, ResultFile file, TraceTally tally, ParseResult parsed, TimeSpan? duration, CancellationToken interrupted)
    {
        long most = parsed.GetValue(_size) is { } size ? Sizes.Parse(size) : long.MaxValue;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        Task watching = StopByKeyAsync(enough, over.Token);
        using var progress = new ProgressLine(_context.Terminal, duration);
        try
        {
            return await operation.ReceiveAsync(WriteAsync, duration, enough.Token);
        }
        finally
        {
            await over.CancelAsync();
            await watching;
        }

        async ValueTask WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellation)
        {
            await file.AppendAsync(bytes, cancellation);
            await tally.AddAsync(bytes);
            if (file.Length >= most)
                await enough.CancelAsync();
            string lost = tally.Lost > 0 ? $"lost {Amounts.Count(tally.Lost)}   " : "";
            progress.Report(file.Length, lost + (enough.IsCancellationRequested ? "stopping" : "Enter stops and keeps"));
        }
    }

    private async Task StopByKeyAsync(CancellationTokenSource enough, CancellationToken over)
    {
        if (await _context.Terminal.StopKeyAsync(over))
            await enough.CancelAsync();
    }

    private static bool IsNetTrace(string format) => string.Equals(format, TraceConversion.NetTrace, StringComparison.OrdinalIgnoreCase);

    private async Task<int> ConcludeAsync(ResultFile file, OperationEnd end, TraceTally tally, ParseResult parsed, CancellationToken interrupted)
    {
        if (!end.Partial)
            await file.FinishAsync();
        string path = end.Partial ? file.PartialPath : file.Path;
        if (parsed.GetValue(_json))
            _context.Terminal.Output.WriteLine(JsonSerializer.Serialize(new TraceResult(path, end, tally.IsWhole ? tally.Lost : null), OutputJson.Default.TraceResult));
        else if (!end.Partial)
            Summarise(path, end, tally);
        TraceSummary.WarnOfLoss(_context.Terminal, tally);
        if (end.Partial)
        {
            TellPartial(file);
            throw Operation.Cut(end);
        }
        if (parsed.GetValue(_format) is { } format && !IsNetTrace(format))
            _context.Terminal.Error.WriteLine($"note: {await TraceConversion.ConvertAsync(path, format, parsed.GetValue(_force))}");
        return interrupted.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
    }

    private void Summarise(string path, OperationEnd end, TraceTally tally)
    {
        TraceSummary.WriteTo(_context.Terminal, path, end);
        TraceSummary.WriteLoss(_context.Terminal, tally);
        TraceSummary.WriteSources(_context.Terminal, end);
    }

    private void TellPartial(ResultFile file)
        => _context.Terminal.Error.WriteLine($"note: kept what came, {Amounts.Bytes(file.Length)}, as {file.PartialPath}");

    // The name is the target's own choice: only what is harmless in a path is taken over.
    internal static string NameFor(TargetProcess target)
    {
        string name = string.Concat(target.Name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')).TrimStart('.');
        string time = DateTime.Now.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{name}_{target.Pid}_{time}.nettrace");
    }
}

/// <summary>What `trace --json` gives.</summary>
/// <param name="File">The path of the file; a name with `.partial` where the trace is cut.</param>
/// <param name="End">What the agent said at the end.</param>
/// <param name="Lost">Events that the process could not keep until they were read; null where they were not counted.</param>
internal sealed record TraceResult(string File, OperationEnd End, long? Lost = null);
