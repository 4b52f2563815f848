using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Commands.Scrub;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Dump;

/// <summary>`dump TARGET`: a memory dump that was sanitised on the host.</summary>
internal sealed class DumpCommand
{
    private const string DefaultType = "heap";

    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection = new();
    private readonly Argument<string> _target = CommonOptions.Target();
    private readonly Option<string> _output = new("-o", "--output") { HelpName = "FILE", Description = "Where to write; NAME_PID_TIME.dmp if left out" };
    private readonly Option<string> _type = new("--type") { HelpName = "TYPE", Description = $"{string.Join(", ", WantedDump.Types.Keys)}; {DefaultType} if left out" };
    private readonly Option<bool> _maskLiterals = new("--mask-literals") { Description = "Mask the program's literals in the managed heap too" };
    private readonly Option<bool> _maskFields = new("--mask-fields") { Description = "Keep of the program's own objects the references alone" };
    private readonly Option<bool> _unscrubbed = new("--unscrubbed") { Description = "As it is, encrypted to you; needs a --grant that names unscrubbed and an incident" };
    private readonly Option<bool> _force = CommonOptions.Force();
    private readonly Option<bool> _json = CommonOptions.Json();

    private DumpCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        var dump = new DumpCommand(context);
        var command = new Command("dump", "Take a memory dump of a process, sanitised on its host") { dump._target };
        foreach (Option option in (Option[])[dump._output, dump._type, dump._maskLiterals, dump._maskFields, dump._unscrubbed, dump._force, dump._json])
            command.Options.Add(option);
        dump._connection.AddTo(command);
        command.SetAction(dump.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        string type = parsed.GetValue(_type) ?? DefaultType;
        if (!WantedDump.Types.TryGetValue(type, out string? operation))
            throw new UsageException($"--type {type} is none", $"give {string.Join(", ", WantedDump.Types.Keys)}");
        if (parsed.GetValue(_output) is { } path)
            ResultFile.Check(path, parsed.GetValue(_force));
        return await _context.WithSessionsAsync(parsed, _connection, async open =>
        {
            await using Session session = await open(interrupted);
            TargetProcess target = await Processes.FindAsync(session, parsed.GetRequiredValue(_target), interrupted);
            var wanted = new WantedDump(operation, target, parsed.GetValue(_maskLiterals), parsed.GetValue(_maskFields), parsed.GetValue(_unscrubbed));
            int exitCode = await FetchAsync(open, session, wanted, parsed, interrupted);
            // A session whose link broke was replaced by another, which was closed.
            if (!session.Ended.IsCompleted)
                await session.CloseAsync();
            return exitCode;
        });
    }

    private async Task<int> FetchAsync(Func<CancellationToken, Task<Session>> open, Session session, WantedDump wanted, ParseResult parsed, CancellationToken interrupted)
    {
        if (wanted.Unscrubbed)
            _context.Terminal.Error.WriteLine("note: what comes is not scrubbed; it is decrypted here, and stays with you");
        await using ResultFile file = ResultFile.Create(parsed.GetValue(_output) ?? NameFor(wanted.Target), parsed.GetValue(_force));
        using var progress = new DumpProgressView(_context.Terminal);
        var fetch = new DumpFetch(open, TimeProvider.System) { Progressed = progress.Show, Lost = progress.Lose };
        OperationEnd end;
        try
        {
            end = await fetch.RunAsync(session, wanted, WriteAsync, interrupted);
        }
        catch when (file.Length > 0)
        {
            progress.Dispose();
            await DiscardAsync(file);
            throw;
        }
        progress.Dispose();
        if (end.Partial)
        {
            await DiscardAsync(file);
            return interrupted.IsCancellationRequested ? throw new OperationCanceledException(interrupted) : throw Operation.Cut(end);
        }
        await file.FinishAsync();
        Conclude(file.Path, end, parsed.GetValue(_json));
        return ExitCode.Done;

        async ValueTask WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellation)
        {
            await file.AppendAsync(bytes, cancellation);
            progress.Came(file.Length);
        }
    }

    /// <summary>A part of a dump opens in no debugger.</summary>
    private async Task DiscardAsync(ResultFile file)
    {
        await file.DisposeAsync();
        if (file.Length == 0)
            return;
        File.Delete(file.PartialPath);
        _context.Terminal.Error.WriteLine("note: a part of a dump is of no use, so nothing was kept");
    }

    private void Conclude(string path, OperationEnd end, bool json)
    {
        if (json)
        {
            _context.Terminal.Output.WriteLine(JsonSerializer.Serialize(new DumpResult(path, end), OutputJson.Default.DumpResult));
            return;
        }
        _context.Terminal.Output.WriteLine($"{path}  {Amounts.Bytes(new FileInfo(path).Length)}");
        if (end.Dump is { Options: not ["unscrubbed"] } report)
            DumpSummary.Write(report, _context.Terminal.Output);
    }

    // The name is the target's own choice: only what is harmless in a path is taken over.
    private static string NameFor(TargetProcess target)
    {
        string name = string.Concat(target.Name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')).TrimStart('.');
        string time = DateTime.Now.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{name}_{target.Pid}_{time}.dmp");
    }
}

/// <summary>What `dump --json` gives.</summary>
/// <param name="File">The path of the file.</param>
/// <param name="End">What the agent said at the end.</param>
internal sealed record DumpResult(string File, OperationEnd End);
