using System.CommandLine;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands;

/// <summary>`gcdump TARGET`: which types fill a process's heap, as a table and as a .gcdump file.</summary>
internal sealed class GcDumpCommand
{
    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection = new();
    private readonly Argument<string> _target = CommonOptions.Target();
    private readonly Option<string> _output = new("-o", "--output") { HelpName = "FILE", Description = "Write the whole graph as a .gcdump file for PerfView, Visual Studio and dotnet-gcdump" };
    private readonly Option<int> _top = new("--top") { HelpName = "N", Description = "How many types to show", DefaultValueFactory = _ => 20 };
    private readonly Option<int> _buffer = new("--buffer") { HelpName = "MB", Description = "The target's event buffer", DefaultValueFactory = _ => HeapSnapshot.DefaultBufferMegabytes };
    private readonly Option<bool> _force = CommonOptions.Force();
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object a type" };

    private GcDumpCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        var dump = new GcDumpCommand(context);
        var command = new Command("gcdump", "Show which types fill a process's heap; it collects and stands still meanwhile") { dump._target };
        foreach (Option option in (Option[])[dump._output, dump._top, dump._buffer, dump._force, dump._json])
            command.Options.Add(option);
        dump._connection.AddTo(command);
        command.SetAction(dump.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        if (parsed.GetValue(_buffer) is not (>= 1 and <= Policy.Limits.BufferMegabytes) and var buffer)
            throw new UsageException($"--buffer {buffer} is not possible", $"give 1 to {Policy.Limits.BufferMegabytes} MB");
        if (parsed.GetValue(_top) is < 1 and var top)
            throw new UsageException($"--top {top} is not possible", "give 1 or more");
        if (parsed.GetValue(_output) is { } path)
            ResultFile.Check(path, parsed.GetValue(_force));
        return await _context.WithSessionAsync(parsed, _connection, (session, _, stop) => TakeAsync(session, parsed, stop), interrupted);
    }

    private async Task<int> TakeAsync(Session session, ParseResult parsed, CancellationToken stop)
    {
        TargetProcess process = await Processes.FindAsync(session, parsed.GetRequiredValue(_target), stop);
        HeapGraph graph = await TakeAsync(session, process, parsed.GetValue(_buffer), stop);
        if (graph.HasGaps)
            _context.Terminal.Error.WriteLine("note: parts of the heap are missing: the process could not keep them until they were read; give it a larger --buffer");
        if (parsed.GetValue(_output) is { } path)
            await WriteFileAsync(session, process, graph, path, parsed.GetValue(_force));
        if (parsed.GetValue(_json))
            WriteJson(graph);
        else
            WriteTable(process, graph, parsed.GetValue(_top));
        return ExitCode.Done;
    }

    private async Task<HeapGraph> TakeAsync(Session session, TargetProcess process, int buffer, CancellationToken stop)
    {
        using var progress = new ProgressLine(_context.Terminal, null);
        long shown = 0;
        return await HeapSnapshot.TakeAsync(session, process, buffer, Show, stop);

        void Show(long objects)
        {
            if (objects == shown)
                return;
            shown = objects;
            progress.Report($"{Amounts.Count(objects)} objects   Ctrl-C gives up");
        }
    }

    private async Task WriteFileAsync(Session session, TargetProcess process, HeapGraph graph, string path, bool force)
    {
        await using ResultFile file = ResultFile.Create(path, force);
        using var content = new MemoryStream();
        GcDumpFile.Write(content, graph, process.Name, process.Pid, session.Hello.Host, DateTime.UtcNow);
        await file.AppendAsync(new System.Buffers.ReadOnlySequence<byte>(content.ToArray()), CancellationToken.None);
        await file.FinishAsync();
        _context.Terminal.Error.WriteLine($"note: {path}   {Amounts.Bytes(file.Length)}");
    }

    private void WriteJson(HeapGraph graph)
    {
        foreach (HeapType type in graph.ByType())
            _context.Terminal.Output.WriteLine(JsonSerializer.Serialize(type, OutputJson.Default.HeapType));
    }

    private void WriteTable(TargetProcess process, HeapGraph graph, int top)
    {
        IReadOnlyList<HeapType> types = graph.ByType();
        _context.Terminal.Output.WriteLine(
            $"{Table.Printable(process.Name)} {process.Pid}   {Amounts.Count(graph.Nodes.Count)} objects, {Amounts.Bytes(types.Sum(type => type.Bytes))}, {Amounts.Count(types.Count)} types");
        var table = new Table(">BYTES", ">OBJECTS", "TYPE");
        foreach (HeapType type in types.Take(top))
            table.Add(Amounts.Count(type.Bytes), Amounts.Count(type.Count), type.Type);
        foreach (string line in table.Lines())
            _context.Terminal.Output.WriteLine(line);
    }
}
