using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Broker.Workers.Windows;

/// <summary>Job objects (JOBOBJECT_EXTENDED_LIMIT_INFORMATION): what a worker may use.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class WorkerJob
{
    private const int BasicUserInterface = 4;
    private const int ExtendedLimits = 9;
    private const uint ProcessTime = 0x2, ActiveProcesses = 0x8, PriorityClass = 0x20, ProcessMemory = 0x100, DieWithoutBox = 0x400, KillOnClose = 0x2000;
    private const uint BelowNormal = 0x4000;

    /// <summary>Clipboard, desktops, atoms, other processes' windows, shutting down: none of it.</summary>
    private const uint AllOfUserInterface = 0xFF;

    /// <summary>Makes one: for one process, which ends when the result is disposed of.</summary>
    /// <param name="memory">Bytes.</param>
    /// <param name="processorTime">Of all its threads.</param>
    /// <exception cref="IOException">There is none.</exception>
    public static SafeFileHandle Make(ulong memory, TimeSpan processorTime)
    {
        var job = new SafeFileHandle(CreateJobObject(0, 0), ownsHandle: true);
        var limits = new Limits
        {
            ProcessTime = processorTime.Ticks,
            Flags = ProcessTime | ActiveProcesses | PriorityClass | ProcessMemory | DieWithoutBox | KillOnClose,
            ActiveProcesses = 1,
            PriorityClass = BelowNormal,
            ProcessMemory = (nuint)memory,
        };
        uint nothing = AllOfUserInterface;
        if (!job.IsInvalid && SetInformationJobObject(job, ExtendedLimits, &limits, (uint)sizeof(Limits)) && SetInformationJobObject(job, BasicUserInterface, &nothing, sizeof(uint)))
            return job;
        string problem = Marshal.GetLastPInvokeErrorMessage();
        job.Dispose();
        throw new IOException($"there is no job for it: {problem}");
    }

    [LibraryImport("kernel32", EntryPoint = "CreateJobObjectW", SetLastError = true)]
    private static partial nint CreateJobObject(nint security, nint name);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetInformationJobObject(SafeFileHandle job, int kind, void* information, uint size);

    private struct Limits
    {
        public long ProcessTime;
        public long JobTime;
        public uint Flags;
        public nuint LeastWorkingSet;
        public nuint MostWorkingSet;
        public uint ActiveProcesses;
        public nuint Affinity;
        public uint PriorityClass;
        public uint SchedulingClass;
        public fixed ulong Transfers[6];
        public nuint ProcessMemory;
        public nuint JobMemory;
        public nuint PeakProcessMemory;
        public nuint PeakJobMemory;
    }
}
