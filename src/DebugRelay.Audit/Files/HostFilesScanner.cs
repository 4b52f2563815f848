using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Audit.Files;

/// <summary>The host's own configuration: kernel switches, limits, the SSH server.</summary>
internal sealed class HostFilesScanner : IFileScanner
{
    public bool Takes(string path, string name)
        => name is "sysctl.conf" or "sshd_config" or "limits.conf" || (name.EndsWith(".conf", StringComparison.Ordinal) && (path.Contains("sysctl.d/", StringComparison.Ordinal) || path.Contains("limits.d/", StringComparison.Ordinal)));

    public void Scan(FileScan scan)
    {
        for (int line = 1; line <= scan.Source.LineCount; line++)
        {
            string text = scan.Source.Line(line).Trim().ToString();
            if (text.Length == 0 || text[0] is '#' or ';')
                continue;
            string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (scan.Name == "sshd_config")
            {
                if (words is ["PasswordAuthentication" or "PermitRootLogin", var value, ..] && value.Equals("yes", StringComparison.OrdinalIgnoreCase))
                    scan.Add("DBG314", scan.At(line), $"{words[0]} is yes");
            }
            else if (words is [_, _, "core", "unlimited" or "-1"])
            {
                scan.Add("DBG121", scan.At(line), $"core dumps of {words[0]} are unlimited");
            }
            else
            {
                scan.Add([KernelJudge.JudgeAssignment(text.TrimStart('-'), scan.At(line))]);
            }
        }
    }
}
