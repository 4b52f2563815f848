using System.Buffers.Binary;
using System.IO.Compression;

namespace DebugRelay.FunctionalTests.Reports;

/// <summary>A photograph as its points: PNG with eight bits a channel, as Chromium writes it.</summary>
internal sealed class Picture
{
    private readonly byte[] _points;
    private readonly int _channels;

    private Picture(int width, int height, int channels, byte[] points) => (Width, Height, _channels, _points) = (width, height, channels, points);

    public int Width { get; }

    public int Height { get; }

    public (byte Red, byte Green, byte Blue) this[int x, int y]
    {
        get
        {
            int at = ((y * Width) + x) * _channels;
            return (_points[at], _points[at + 1], _points[at + 2]);
        }
    }

    /// <summary>Mean brightness, from 0 to 1.</summary>
    public double Brightness => Points().Average(p => ((0.299 * p.Red) + (0.587 * p.Green) + (0.114 * p.Blue)) / 255);

    /// <summary>The share of the most common colour.</summary>
    public double LargestShare => Points().GroupBy(p => p).Max(g => g.Count()) / (double)Points().Count();

    public int Colours => Points().Distinct().Count();

    /// <summary>Every third point of every third line: a page has millions.</summary>
    private IEnumerable<(byte Red, byte Green, byte Blue)> Points()
    {
        for (int y = 0; y < Height; y += 3)
        {
            for (int x = 0; x < Width; x += 3)
                yield return this[x, y];
        }
    }

    public static Picture Read(byte[] png)
    {
        int width = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), height = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)), channels = png[25] == 6 ? 4 : 3;
        using var data = new MemoryStream();
        for (int at = 8; at < png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
                data.Write(png, at + 8, length);
            at += length + 12;
        }
        data.Position = 0;
        using var inflated = new ZLibStream(data, CompressionMode.Decompress);
        byte[] points = new byte[width * height * channels], line = new byte[width * channels], above = new byte[width * channels];
        for (int y = 0; y < height; y++)
        {
            int filter = inflated.ReadByte();
            inflated.ReadExactly(line);
            Undo(filter, line, above, channels);
            line.CopyTo(points, y * line.Length);
            (line, above) = (above, line);
        }
        return new Picture(width, height, channels, points);
    }

    /// <summary>The filters of the PNG specification, section 9.</summary>
    private static void Undo(int filter, byte[] line, byte[] above, int channels)
    {
        for (int i = 0; i < line.Length; i++)
        {
            int left = i < channels ? 0 : line[i - channels], up = above[i], corner = i < channels ? 0 : above[i - channels];
            line[i] += (byte)(filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 });
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        int estimate = left + up - corner, toLeft = Math.Abs(estimate - left), toUp = Math.Abs(estimate - up), toCorner = Math.Abs(estimate - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }
}
