namespace DebugRelay.Policy.Configuration;

/// <summary>Something that ends.</summary>
/// <param name="What">Its name, from the host's own files.</param>
/// <param name="Begin">From when it holds.</param>
/// <param name="End">Until when.</param>
public sealed record Expiry(string What, DateTimeOffset Begin, DateTimeOffset End)
{
    /// <summary>A working week to renew it; less for what lives days, or it would be soon from the first hour on.</summary>
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <summary>Whether somebody should renew it.</summary>
    public bool IsSoon(DateTimeOffset now)
    {
        TimeSpan third = (End - Begin) / 3;
        return End - now < (third < Week ? third : Week);
    }
}
