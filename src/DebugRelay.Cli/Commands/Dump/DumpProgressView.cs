using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Dump;

/// <summary>Tells how far a dump is: first on the host, then on its way here.</summary>
internal sealed class DumpProgressView(Terminal terminal) : IDisposable
{
    private ProgressLine _line = new(terminal, whole: null);
    private OperationProgress _progress = new("", 0, 0);

    /// <summary>The host says how far it is.</summary>
    public void Show(OperationProgress progress)
    {
        if (progress.Stage != _progress.Stage)
            Begin();
        _progress = progress;
        if (progress.Stage != "deliver")
            _line.Report(progress.Done > 0 ? progress.Done : progress.Total, $"{NameOf(progress.Stage)}   Ctrl-C gives it up");
    }

    /// <summary>Bytes have come.</summary>
    /// <param name="bytes">All so far.</param>
    public void Came(long bytes) => _line.Report(bytes, _progress.Total, _progress.Done, "Ctrl-C gives it up");

    /// <summary>The link was lost, and is tried again.</summary>
    public void Lose(string why)
    {
        Begin();
        terminal.Error.WriteLine($"note: {Table.Printable(why)}; the dump waits on the host, trying again");
    }

    /// <inheritdoc/>
    public void Dispose() => _line.Dispose();

    /// <summary>What a stage is called.</summary>
    public static string NameOf(string stage) => stage switch
    {
        "take" => "written by the process, which stands still",
        "read" => "reading the runtime",
        "heap" => "masking objects",
        "native" => "copying what debuggers need",
        "verify" => "verifying the result",
        "seal" => "encrypting",
        _ => stage,
    };

    private void Begin()
    {
        _line.Dispose();
        _line = new ProgressLine(terminal, whole: null);
    }
}
