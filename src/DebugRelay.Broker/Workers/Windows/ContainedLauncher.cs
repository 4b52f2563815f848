using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.Versioning;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Windows;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Broker.Workers.Windows;

/// <summary>
/// Starts workers in an AppContainer without any capability (no network, no files but programs, no other process) and in a job (memory, processor time, no second
/// process, gone with its broker). Both are there when the program starts, or it does not start.
/// </summary>
[SupportedOSPlatform("windows")]
internal static class ContainedLauncher
{
    /// <summary>Bytes, as on Linux.</summary>
    private const ulong Memory = 1UL << 30;

    private static readonly string[] Applied = ["app-container", "few-handles", "job", "low-priority", "memory-limit", "no-child-process", "processor-limit"];

    private static readonly Lock Starting = new();
    private static readonly HashSet<int> Used = [];

    /// <summary>Starts a program that lies beside this one.</summary>
    /// <param name="program">Its name, without `.exe`.</param>
    /// <param name="life">Processor time that it may use.</param>
    /// <exception cref="WorkerException">It cannot be started so.</exception>
    public static (Process Process, IHandOver Link, LostRights Rights) Start(string program, TimeSpan life)
    {
        int number = Take();
        try
        {
            return Start(program, life, number);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ArgumentException or EntryPointNotFoundException)
        {
            Free(number);
            throw new WorkerException(ErrorCode.WorkerGone, $"{program} could not be started: {e.Message}");
        }
    }

    private static (Process, IHandOver, LostRights) Start(string program, TimeSpan life, int number)
    {
        string path = Path.Combine(AppContext.BaseDirectory, $"{program}.exe");
        var toWorker = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
        var fromWorker = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        SafeFileHandle? job = null;
        try
        {
            job = WorkerJob.Make(Memory, life);
            string commandLine = $"\"{path}\" --pipes {toWorker.GetClientHandleAsString()} {fromWorker.GetClientHandleAsString()}";
            SafeProcessHandle handle = ContainedProcess.Start(path, commandLine, Variables(), $"DebugRelay.Worker.{number}", job, [toWorker.ClientSafePipeHandle, fromWorker.ClientSafePipeHandle]);
            // While its handle is open nobody else gets its pid.
            Process process = Process.GetProcessById(ContainedProcess.IdOf(handle));
            _ = ForgetAsync(process, job, number);
            return (process, new PipeHandOver(fromWorker, toWorker, handle), new LostRights(Applied, []));
        }
        catch
        {
            job?.Dispose();
            toWorker.Dispose();
            fromWorker.Dispose();
            throw;
        }
        finally
        {
            toWorker.DisposeLocalCopyOfClientHandle();
            fromWorker.DisposeLocalCopyOfClientHandle();
        }
    }

    /// <summary>What a program needs to run; secrets often lie in an environment.</summary>
    private static Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["DOTNET_EnableDiagnostics"] = "0" };
        foreach (string name in (string[])["SystemRoot", "DOTNET_ROOT"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                variables[name] = value;
        }
        return variables;
    }

    /// <summary>A container of its own for each worker that runs at the same time. Windows keeps a folder for each that there ever was, so they are used again.</summary>
    private static int Take()
    {
        lock (Starting)
        {
            int number = 0;
            while (!Used.Add(number))
                number++;
            return number;
        }
    }

    private static void Free(int number)
    {
        lock (Starting)
            Used.Remove(number);
    }

    private static async Task ForgetAsync(Process process, SafeFileHandle job, int number)
    {
        try
        {
            await process.WaitForExitAsync();
        }
        catch (InvalidOperationException)
        {
            // Whoever had it has disposed of it, and waited for its end before.
        }
        job.Dispose();
        Free(number);
    }
}
