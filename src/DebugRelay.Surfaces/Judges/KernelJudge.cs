using System.Globalization;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>Switches of the Linux kernel about cores and tracing.</summary>
public static class KernelJudge
{
    /// <summary>Judges `kernel.yama.ptrace_scope=0` and its like; null where it is harmless or something else.</summary>
    public static Surface? JudgeAssignment(string assignment, Place place)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? null : Judge(assignment[..equals].Trim().Replace('/', '.'), assignment[(equals + 1)..].Trim(), place);
    }

    /// <summary>Judges a switch by its name in sysctl's notation.</summary>
    public static Surface? Judge(string name, string value, Place place) => (name, Number(value)) switch
    {
        ("kernel.yama.ptrace_scope", 0) => Surface.Of("DBG121", place, "kernel.yama.ptrace_scope is 0: processes of one user may trace each other"),
        ("fs.suid_dumpable", 1 or 2) => Surface.Of("DBG121", place, $"fs.suid_dumpable is {value}: privileged programs leave cores"),
        ("kernel.perf_event_paranoid", < 2) => Surface.Of("DBG121", place, $"kernel.perf_event_paranoid is {value}: users may sample the kernel"),
        ("kernel.core_pattern", _) when !value.StartsWith('|') && value.Length > 0 => Surface.Of("DBG121", place, $"cores are written to files ({value})"),
        _ => null,
    };

    private static int? Number(string value)
        => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;
}
