using System.Net.Sockets;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Forwarding;

/// <summary>A Unix socket (mode 0600) that tools of this user connect to.</summary>
internal sealed class ToolPort : IAsyncDisposable
{
    // A few tools at once, each with a connection a command.
    private const int Backlog = 16;

    // sun_path of sockaddr_un, its terminator not counted.
    private const int LongestPath = 107;

    private readonly Socket _listener;
    private readonly string _path;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private ToolPort(Socket listener, string path, Func<Socket, CancellationToken, Task> serve)
    {
        (_listener, _path) = (listener, path);
        _accepting = AcceptAsync(serve);
    }

    /// <summary>Listens. The socket appears under its name only when nobody else can connect to it any more.</summary>
    /// <param name="path">Nothing may be there yet.</param>
    /// <param name="serve">Serves one connection.</param>
    /// <exception cref="UsageException">Something is there, or no socket can be.</exception>
    public static ToolPort Open(string path, Func<Socket, CancellationToken, Task> serve)
    {
        if (Path.Exists(path))
            throw new UsageException($"{path} exists already", "give another path with --socket, or delete it if nobody uses it");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
            throw new UsageException($"there is no folder {folder}", "make it, or give another path with --socket");
        string nursery = Path.Combine(folder, $".{Path.GetRandomFileName()[..6]}");
        string first = Path.Combine(nursery, "s");
        if (System.Text.Encoding.UTF8.GetByteCount(Path.GetFullPath(path)) > LongestPath || System.Text.Encoding.UTF8.GetByteCount(Path.GetFullPath(first)) > LongestPath)
            throw new UsageException($"{path} is too long for a socket", "give a shorter path with --socket");
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (OperatingSystem.IsWindows())
                throw new UsageException("there is no local port for the stock tools on Windows yet", "use the command of the same name");
            Directory.CreateDirectory(nursery, PrivateFolder);
            listener.Bind(new UnixDomainSocketEndPoint(first));
            listener.Listen(Backlog);
            File.SetUnixFileMode(first, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Move(first, path);
            return new ToolPort(listener, path, serve);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SocketException)
        {
            listener.Dispose();
            throw new LocalException($"no socket can be made at {path}: {error.Message}", "give another path with --socket", error);
        }
        finally
        {
            if (Directory.Exists(nursery))
                Directory.Delete(nursery, recursive: true);
        }
    }

    /// <summary>Mode 0700.</summary>
    public const UnixFileMode PrivateFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Takes no more tools, and ends what those that are there have running.</summary>
    public async ValueTask DisposeAsync()
    {
        File.Delete(_path);
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<Socket, CancellationToken, Task> serve)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                Socket tool = await _listener.AcceptAsync(_stop.Token);
                serving.RemoveAll(task => task.IsCompleted);
                serving.Add(serve(tool, _stop.Token));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // No more tools.
        }
        await Task.WhenAll(serving);
    }
}
