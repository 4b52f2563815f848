using System.Runtime.InteropServices;

namespace DebugRelay.Protocol.Unix.Confinement;

/// <summary>A system call's number on the machines that we run on.</summary>
/// <param name="X64">On x86-64; −1 where there is none.</param>
/// <param name="Arm64">On arm64; −1 where there is none.</param>
public readonly record struct SystemCall(int X64, int Arm64)
{
    /// <summary>Its number on this machine; −1 where there is none.</summary>
    public int Number => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        _ => -1,
    };

    internal static SystemCall Seccomp => new(317, 277);

    internal static SystemCall StartThread => new(56, 220);

    internal static SystemCall Control => new(16, 29);

    internal static SystemCall ProcessControl => new(157, 167);

    internal static SystemCall Open => new(2, -1);

    internal static SystemCall OpenAt => new(257, 56);

    internal static SystemCall Limit => new(302, 261);

    internal static SystemCall SetProcessors => new(203, 122);

    internal static SystemCall GetProcessors => new(204, 123);

    internal static SystemCall SignalThread => new(234, 131);

    internal static SystemCall Signal => new(62, 129);

    /// <summary>What a .NET program needs that works with descriptors it was given: its own memory, threads, clocks, reads and writes. Most frequent first.</summary>
    internal static IReadOnlyList<SystemCall> OfWorkers { get; } =
    [
        new(202, 98), new(0, 63), new(1, 64), new(47, 212), new(46, 211), new(45, 207), new(44, 206), new(281, 22), new(232, -1), new(233, 21), // futex read write recvmsg sendmsg recvfrom sendto epoll_*
        new(28, 233), new(10, 226), new(9, 222), new(11, 215), new(25, 216), new(12, 214), new(26, 227), new(27, 232), new(149, 228), new(150, 229), // madvise mprotect mmap munmap mremap brk msync mincore mlock munlock
        new(17, 67), new(18, 68), new(19, 65), new(20, 66), new(295, 69), new(296, 70), new(8, 62), new(3, 57), new(5, 80), new(72, 25), new(32, 23), // pread pwrite readv writev preadv pwritev lseek close fstat fcntl dup
        new(13, 134), new(14, 135), new(15, 139), new(131, 132), new(219, 128), // rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall
        new(228, 113), new(229, 114), new(230, 115), new(35, 101), new(96, 169), new(24, 124), // clock_* nanosleep gettimeofday sched_yield
        new(39, 172), new(186, 178), new(110, 173), new(102, 174), new(104, 176), new(107, 175), new(108, 177), // getpid gettid getppid get*id
        new(204, 123), new(309, 168), new(121, -1), new(145, 120), new(143, 121), new(146, 125), new(147, 126), new(98, 165), new(100, 153), new(99, 179), new(63, 160), new(97, 163), // sched_get* getcpu getrusage times sysinfo uname getrlimit
        new(218, 96), new(273, 99), new(274, 100), new(334, 293), new(324, 283), new(318, 278), new(239, 236), // set_tid_address robust lists rseq membarrier getrandom get_mempolicy
        new(7, -1), new(271, 73), new(23, -1), new(270, 72), new(441, 441), new(290, 19), new(291, 20), new(293, 59), // poll select eventfd2 epoll_create1 pipe2
        new(48, 210), new(51, 204), new(52, 205), new(54, 208), new(55, 209), // shutdown getsockname getpeername setsockopt getsockopt
        new(4, -1), new(6, -1), new(262, 79), new(332, 291), new(89, -1), new(267, 78), new(21, -1), new(269, 48), new(439, 439), new(79, 17), // stat, readlink, access: what files are called, not what is in them
        new(77, 46), new(319, 279), new(73, 32), new(74, 82), new(75, 83), new(285, 47), new(221, 223), new(137, 43), new(138, 44), // ftruncate memfd_create flock fsync fallocate fadvise statfs
        new(60, 93), new(231, 94), // exit
    ];

    /// <summary>Listing folders.</summary>
    internal static SystemCall ReadFolder => new(217, 61);

    /// <summary>Waiting for a child process.</summary>
    internal static IReadOnlyList<SystemCall> OfParents { get; } = [new(61, 260), new(247, 95)];
}
