using System.Diagnostics;

namespace DebugRelay.Cli.Text;

/// <summary>One line on the screen that tells how long work goes on. In a pipe it writes nothing.</summary>
internal sealed class ProgressLine(Terminal terminal, TimeSpan? whole) : IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _drawn = TimeSpan.MinValue;
    private int _width;

    /// <summary>Bytes have come. Cheap enough for every chunk.</summary>
    /// <param name="bytes">All bytes so far.</param>
    /// <param name="note">What else there is to say, for instance the key that stops.</param>
    public void Report(long bytes, string note)
    {
        if (!terminal.IsErrorScreen || _clock.Elapsed - Redraw < _drawn)
            return;
        _drawn = _clock.Elapsed;
        string rate = Amounts.Bytes(bytes / Math.Max(0.1, _drawn.TotalSeconds));
        Draw($"{Time()}   {Amounts.Bytes(bytes)}  {rate}/s   {note}");
    }

    /// <summary>The same for work that is not counted in bytes.</summary>
    public void Report(string note)
    {
        if (!terminal.IsErrorScreen || _clock.Elapsed - Redraw < _drawn)
            return;
        _drawn = _clock.Elapsed;
        Draw($"{Time()}   {note}");
    }

    /// <summary>Bytes of a known number have come.</summary>
    /// <param name="bytes">All bytes so far.</param>
    /// <param name="total">Bytes that there will be.</param>
    /// <param name="before">Of <paramref name="bytes"/>, those that came before this line was drawn: they say nothing about the rate.</param>
    /// <param name="note">What else there is to say.</param>
    public void Report(long bytes, long total, long before, string note)
    {
        if (!terminal.IsErrorScreen || _clock.Elapsed - Redraw < _drawn || total <= 0)
            return;
        _drawn = _clock.Elapsed;
        double rate = (bytes - before) / Math.Max(0.1, _drawn.TotalSeconds);
        string left = rate > 0 ? $"{Durations.Show(TimeSpan.FromSeconds(Math.Ceiling((total - bytes) / rate)))} left" : "";
        Draw($"{Bar(bytes / (double)total)}  {Amounts.Bytes(bytes)} of {Amounts.Bytes(total)}  {Amounts.Bytes((long)rate)}/s  {left}   {note}");
    }

    /// <summary>Takes the line off the screen.</summary>
    public void Dispose()
    {
        if (_width > 0)
            Draw("");
        _width = 0;
    }

    private string Time()
    {
        int seconds = (int)_drawn.TotalSeconds;
        if (whole is not { } length)
            return $"{seconds} s";
        return $"{Bar(_drawn / length)}  {seconds} / {(int)length.TotalSeconds} s";
    }

    private static string Bar(double done)
    {
        int filled = (int)Math.Clamp(BarWidth * done, 0, BarWidth);
        return $"{new string('█', filled)}{new string('░', BarWidth - filled)}";
    }

    private void Draw(string text)
    {
        string line = text.Length < Terminal.Columns ? text : text[..(Terminal.Columns - 1)];
        terminal.Error.Write($"\r{line.PadRight(_width)}{(text.Length == 0 ? "\r" : "")}");
        terminal.Error.Flush();
        _width = line.Length;
    }
}
