using System.Runtime.CompilerServices;
using System.Text;

namespace DebugRelay.DumpTarget;

/// <summary>Threads that wait with secrets in their stack frames; one holds a lock that another one wants.</summary>
internal sealed class WaitingThreads : IDisposable
{
    private readonly object _gate = new();
    private readonly ManualResetEventSlim _end = new();
    private readonly CountdownEvent _waiting = new(3);
    private readonly List<Thread> _threads = [];

    public WaitingThreads(SecretMaker secrets)
    {
        Start("holder", () => Hold(secrets));
        Start("spans", () => WaitWithSpans(secrets));
        Start("locals", () => WaitWithLocals(secrets, secrets.Make("parameter")));
        _waiting.Wait();
        Start("waiter", Want);
        while (_threads[^1].ThreadState != ThreadState.WaitSleepJoin && (_threads[^1].ThreadState & ThreadState.WaitSleepJoin) == 0)
            Thread.Yield();
    }

    public void Dispose()
    {
        _end.Set();
        _threads.ForEach(thread => thread.Join());
        _end.Dispose();
        _waiting.Dispose();
    }

    private void Start(string name, ThreadStart run)
    {
        var thread = new Thread(run) { Name = name, IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    private void Wait()
    {
        _waiting.Signal();
        _end.Wait();
    }

    private void Hold(SecretMaker secrets)
    {
        lock (_gate)
        {
            string secret = secrets.Make("held");
            Wait();
            GC.KeepAlive(secret);
        }
    }

    private void Want()
    {
        lock (_gate)
            GC.KeepAlive(this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WaitWithSpans(SecretMaker secrets)
    {
        Span<byte> utf8 = stackalloc byte[64];
        Encoding.UTF8.GetBytes(secrets.Make("stack-utf8"), utf8);
        Span<char> characters = stackalloc char[64];
        secrets.Make("stack-chars").CopyTo(characters);
        Leave(secrets);
        Wait();
        utf8.Clear();
        characters.Clear();
    }

    /// <summary>What a frame leaves below the stack pointer when it returns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Leave(SecretMaker secrets)
    {
        Span<byte> deep = stackalloc byte[4096];
        for (int i = 0; i + 32 < deep.Length; i += 32)
            Encoding.UTF8.GetBytes(secrets.Make("left-below"), deep[i..]);
        deep[^1]++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WaitWithLocals(SecretMaker secrets, string parameter)
    {
        string local = secrets.Make("local");
        Wait();
        GC.KeepAlive((parameter, local));
    }
}
