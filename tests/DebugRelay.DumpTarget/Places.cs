using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace DebugRelay.DumpTarget;

/// <summary>Secrets in objects of every shape, alive and dead, and in native memory.</summary>
internal sealed unsafe class Places : IDisposable
{
    private static string? s_static;
    [ThreadStatic]
    private static string? t_threadStatic;

    private readonly string _field;
    private readonly char[] _characters;
    private readonly byte[] _utf8;
    private readonly StringBuilder _builder = new();
    private readonly Dictionary<string, decimal> _dictionary = [];
    private readonly ConcurrentQueue<string> _queue = new();
    private readonly List<object> _mixed = [];
    private readonly Guid[] _guids;
    private readonly ulong[] _numbers;
    private readonly Exception _exception;
    private readonly GCHandle _pinned;
    private readonly string _base64;
    private readonly WeakReference _weak;
    private readonly Finalizable _finalizable;
    private readonly Pair[] _pairs;
    private readonly Memory<char> _large;
    private readonly byte* _native;
    private readonly nint _nativeUtf16;

    public Places(SecretMaker secrets)
    {
        _field = secrets.Make("string");
        s_static = secrets.Make("static");
        t_threadStatic = secrets.Make("thread-static");
        _characters = secrets.Make("chars").ToCharArray();
        _utf8 = secrets.Bytes("utf8");
        for (int i = 0; i < 40; i++)
            _builder.Append("line ").Append(secrets.Make("builder")).Append('\n');
        _dictionary[secrets.Make("key")] = 4012888888881881m;
        _queue.Enqueue(secrets.Make("queue"));
        _mixed.Add(secrets.Number("boxed-number"));
        _mixed.Add((object)secrets.Make("boxed-list"));
        _mixed.Add(new { Name = secrets.Make("anonymous"), Age = 41 });
        _guids = Enumerable.Range(0, 4).Select(_ => new Guid(secrets.Bytes("guids").AsSpan(0, 16))).ToArray();
        _numbers = MemoryMarshal.Cast<byte, ulong>(secrets.Bytes("numbers").AsSpan(0, 24)).ToArray();
        _exception = Thrown(secrets);
        _pinned = GCHandle.Alloc(secrets.Bytes("pinned"), GCHandleType.Pinned);
        _base64 = Convert.ToBase64String(secrets.Bytes("base64"));
        _weak = new WeakReference(secrets.Make("weak"));
        _finalizable = new Finalizable(secrets.Make("finalizable"));
        _pairs = [new Pair { Name = secrets.Make("pair"), Number = secrets.Number("pair-number") }, new Pair { Name = "none", Number = 1 }];
        char[] large = new char[100_000];
        secrets.Make("large").CopyTo(large.AsSpan(50_000));
        _large = large;
        UsePools(secrets);
        Die(secrets);
        byte[] native = secrets.Bytes("native");
        _native = (byte*)NativeMemory.Alloc((nuint)native.Length * 2);
        native.CopyTo(new Span<byte>(_native, native.Length));
        _nativeUtf16 = Marshal.StringToHGlobalUni(secrets.Make("native-utf16"));
        Environment.SetEnvironmentVariable("DUMPTARGET_LATE", secrets.Make("late-environment"));
    }

    public void Dispose()
    {
        NativeMemory.Free(_native);
        Marshal.FreeHGlobal(_nativeUtf16);
        _pinned.Free();
        GC.KeepAlive((_field, _characters, _utf8, _builder, _dictionary, _queue));
        GC.KeepAlive((_mixed, _guids, _numbers, _exception, _base64, _weak, _finalizable, _pairs, _large, s_static, t_threadStatic));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Exception Thrown(SecretMaker secrets)
    {
        try
        {
            ThrowDeep(secrets, 3);
            throw new InvalidOperationException("not reached");
        }
        catch (Exception e) when (e is ArgumentException)
        {
            return e;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowDeep(SecretMaker secrets, int depth)
    {
        if (depth > 0)
        {
            ThrowDeep(secrets, depth - 1);
            GC.KeepAlive(secrets);
            return;
        }
        throw new ArgumentException("the customer " + secrets.Make("exception") + " is not known", new FormatException(secrets.Make("inner-exception")));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UsePools(SecretMaker secrets)
    {
        char[] rented = ArrayPool<char>.Shared.Rent(5000);
        secrets.Make("pooled").CopyTo(rented);
        ArrayPool<char>.Shared.Return(rented);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(9000);
        secrets.Bytes("pooled-bytes").CopyTo(bytes, 100);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>Objects that nothing holds: some are swept and lie in free space, others wait for the next collection.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Die(SecretMaker secrets)
    {
        for (int i = 0; i < 50; i++)
            _ = new[] { secrets.Make("swept"), new string('-', 40) };
        GC.Collect(0);
        for (int i = 0; i < 50; i++)
            _ = new[] { secrets.Make("dead"), new string('-', 40) };
    }

    private struct Pair
    {
        public string Name;
        public long Number;
    }

    private sealed class Finalizable(string secret)
    {
        private readonly string _secret = secret;

        ~Finalizable() => GC.KeepAlive(_secret);
    }
}
