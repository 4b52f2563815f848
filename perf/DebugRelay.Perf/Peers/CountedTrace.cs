using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Perf.Peers;

/// <summary>What TraceEvent finds of the burst in a trace.</summary>
/// <param name="Delivered">Events.</param>
/// <param name="Emitted">Events that the process made from the first that came to the last, by the numbers that they bear.</param>
/// <param name="Seconds">Between those two, by the process's clock.</param>
/// <param name="IsWhole">Whether the file could be read to its end.</param>
internal sealed record CountedTrace(long Delivered, long Emitted, double Seconds, bool IsWhole)
{
    private const string Burst = "DebugRelay-Sample-Burst";

    /// <summary>Writes and reads the one line that the child processes answer with.</summary>
    public static CountedTrace Parse(string[] words) => new(
        long.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture), double.Parse(words[2], CultureInfo.InvariantCulture), bool.Parse(words[3]));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Delivered} {Emitted} {Seconds:R} {IsWhole}");

    /// <summary>Counts a file.</summary>
    public static CountedTrace Of(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return Of(stream, IsEnded(stream));
    }

    private static bool IsEnded(FileStream stream)
    {
        // The last object of a nettrace stream is a null reference.
        stream.Seek(-1, SeekOrigin.End);
        bool ended = stream.ReadByte() == 1;
        stream.Seek(0, SeekOrigin.Begin);
        return ended;
    }

    private static CountedTrace Of(Stream stream, bool ended)
    {
        var counter = new BurstCounter();
        try
        {
            using var source = new EventPipeEventSource(stream);
            source.Dynamic.All += each =>
            {
                if (each.ProviderName == Burst && (int)each.ID == 1)
                    counter.Add(Marshal.ReadInt64(each.DataStart), each.TimeStampRelativeMSec);
            };
            ended &= source.Process();
        }
        catch (Exception e) when (e is FormatException or IOException or ArgumentException or IndexOutOfRangeException)
        {
            // A cut file: what came before the cut was counted.
            ended = false;
        }
        return counter.Result(ended);
    }
}

/// <summary>Counts events that bear a running number.</summary>
internal sealed class BurstCounter
{
    private long _count;
    private (long Number, double Milliseconds) _first, _last;

    public void Add(long number, double milliseconds)
    {
        _last = (number, milliseconds);
        if (_count++ == 0)
            _first = _last;
    }

    public CountedTrace Result(bool isWhole)
        => new(_count, _count == 0 ? 0 : _last.Number - _first.Number + 1, (_last.Milliseconds - _first.Milliseconds) / 1000, isWhole);
}
