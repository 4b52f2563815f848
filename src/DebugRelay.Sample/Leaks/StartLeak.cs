namespace DebugRelay.Sample.Leaks;

/// <summary>
/// Secrets that the process was started with: they stand in its command line and environment without its doing anything.
/// Who starts it chooses them; they are listed with the others.
/// </summary>
internal sealed class StartLeak : Leak
{
    public StartLeak(Secrets secrets, SampleOptions options)
    {
        if (options.PaymentKey is { } key) secrets.Plant("command-line", "payment key", key);
        if (Environment.GetEnvironmentVariable(SampleOptions.PasswordVariable) is { Length: > 0 } password)
        {
            secrets.Plant("environment", "database password", password);
        }
    }
}
