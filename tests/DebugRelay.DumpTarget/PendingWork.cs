namespace DebugRelay.DumpTarget;

/// <summary>Tasks that wait: what `dumpasync` shows.</summary>
internal sealed class PendingWork : IDisposable
{
    private readonly TaskCompletionSource _end = new();
    private readonly Timer _timer;
    private readonly Task[] _tasks;

    public PendingWork(SecretMaker secrets)
    {
        _tasks = [OuterAsync(secrets, secrets.Make("async-argument")), OuterAsync(secrets, "none")];
        _timer = new Timer(_ => GC.KeepAlive(this), secrets.Make("timer-state"), TimeSpan.FromHours(1), TimeSpan.FromHours(1));
    }

    public void Dispose()
    {
        _end.SetResult();
        Task.WaitAll(_tasks);
        _timer.Dispose();
    }

    private async Task OuterAsync(SecretMaker secrets, string argument)
    {
        string local = secrets.Make("async-local");
        await InnerAsync(argument);
        GC.KeepAlive(local);
    }

    private async Task InnerAsync(string argument)
    {
        await _end.Task;
        GC.KeepAlive(argument);
    }
}
