namespace DebugRelay.Cli.ViewModels;

/// <summary>The last values of a counter, oldest first. At one a second it holds five minutes.</summary>
internal sealed class Series
{
    public const int Capacity = 300;

    private readonly double[] _values = new double[Capacity];
    private int _next;

    public int Count { get; private set; }

    /// <summary>The newest; NaN where there is none.</summary>
    public double Latest => Count == 0 ? double.NaN : this[Count - 1];

    /// <param name="index">0 is the oldest.</param>
    public double this[int index] => _values[(_next - Count + index + Capacity) % Capacity];

    public void Add(double value)
    {
        _values[_next] = value;
        _next = (_next + 1) % Capacity;
        Count = Math.Min(Count + 1, Capacity);
    }

    /// <summary>The newest values, at most so many, oldest first.</summary>
    public double[] Last(int count)
    {
        int some = Math.Min(count, Count);
        var values = new double[some];
        for (int i = 0; i < some; i++)
            values[i] = this[Count - some + i];
        return values;
    }

    /// <summary>The mean of the newest values, or of those before them.</summary>
    /// <param name="count">How many.</param>
    /// <param name="skip">How many newer ones are left out.</param>
    /// <returns>NaN where there are fewer.</returns>
    public double Mean(int count, int skip = 0)
    {
        if (Count < count + skip)
            return double.NaN;
        double sum = 0;
        for (int i = Count - skip - count; i < Count - skip; i++)
            sum += this[i];
        return sum / count;
    }

    /// <summary>How many of the newest values in a row are at least this.</summary>
    public int HoldsSince(double least)
    {
        int run = 0;
        while (run < Count && this[Count - 1 - run] >= least)
            run++;
        return run;
    }
}
