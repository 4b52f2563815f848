namespace DebugRelay.Cli.Text;

/// <summary>Where a command writes, and what the other end can show. On a pipe there are no colours, no cursor movements and no progress.</summary>
/// <param name="Output">What the command is for.</param>
/// <param name="Error">What went wrong, and progress.</param>
/// <param name="IsOutputScreen">A person looks at <paramref name="Output"/>.</param>
/// <param name="IsErrorScreen">A person looks at <paramref name="Error"/>.</param>
/// <param name="HasColours">Colours are wanted where a person looks.</param>
internal sealed record Terminal(TextWriter Output, TextWriter Error, bool IsOutputScreen = false, bool IsErrorScreen = false, bool HasColours = false)
{
    private const string Escape = "\u001b[";

    // A person does not notice a tenth of a second.
    private static readonly TimeSpan KeyPolling = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether a person can press keys.</summary>
    public bool HasKeys { get; init; }

    /// <summary>The process's own, as its environment asks for (`NO_COLOR`, `TERM=dumb`).</summary>
    public static Terminal OfProcess()
    {
        bool dumb = Environment.GetEnvironmentVariable("TERM") is "dumb";
        bool colours = !dumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Terminal(Console.Out, Console.Error, !Console.IsOutputRedirected && !dumb, !Console.IsErrorRedirected && !dumb, colours) { HasKeys = !Console.IsInputRedirected && !Console.IsErrorRedirected && !dumb };
    }

    /// <summary>Waits until a person presses Enter, Space or q.</summary>
    /// <returns>False where the token came first; on a pipe it always does.</returns>
    public async Task<bool> StopKeyAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            while (HasKeys && Console.KeyAvailable)
            {
                if (Console.ReadKey(intercept: true).Key is ConsoleKey.Enter or ConsoleKey.Spacebar or ConsoleKey.Q)
                    return true;
            }
            await Task.Delay(HasKeys ? KeyPolling : Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return false;
    }

    public string Dim(string text) => Styled("2", text);

    public string Bold(string text) => Styled("1", text);

    public string Good(string text) => Styled("32", text);

    /// <summary>Only for "act now".</summary>
    public string Bad(string text) => Styled("31", text);

    /// <summary>Moves the cursor of <see cref="Output"/> up and clears to the end, so that the next lines take the place of the last.</summary>
    public void Rewind(int lines)
    {
        if (lines > 0)
            Output.Write($"{Escape}{lines}F{Escape}J");
    }

    /// <summary>How many columns the screen has.</summary>
    public static int Columns => Size(() => Console.WindowWidth, 80);

    /// <summary>How many rows the screen has.</summary>
    public static int Rows => Size(() => Console.WindowHeight, 24);

    private static int Size(Func<int> ask, int otherwise)
    {
        try
        {
            return ask() is > 0 and int size ? size : otherwise;
        }
        catch (IOException)
        {
            return otherwise;
        }
    }

    private string Styled(string style, string text) => HasColours && IsOutputScreen ? $"{Escape}{style}m{text}{Escape}0m" : text;
}
