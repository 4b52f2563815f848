using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>The user's name in paths of home directories: <c>/home/x/…</c>, <c>/Users/x/…</c>, <c>C:\Users\x\…</c>. The rest of the path stays.</summary>
internal sealed class UserPathDetector : Detector
{
    private const int Longest = 64;
    private static readonly string[] Roots = ["/home/", "/Users/", "\\Users\\", "\\\\Users\\\\", ":/Users/", "/var/home/", "\\Documents and Settings\\"];
    private static readonly LiteralSearch Search = new(Roots, ignoreCase: true);

    /// <summary>Names that belong to nobody: shared profiles, the users of container images and build agents; and pages of web sites.</summary>
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Nobody = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "Public", "Default", "Default User", "All Users", "Shared", "app", "runner", "runneradmin", "vsts", "vsts_azpcontainer", "ContainerAdministrator",
        "ContainerUser", "LocalService", "NetworkService", "index", "about", "contact", "privacy", "error", "login", "logout", "home", "dashboard", "settings",
        "profile", "search", "help", "news", "page", "linuxbrew",
    }.GetAlternateLookup<ReadOnlySpan<char>>();

    public override Rule Rule => Rule.UserPath;

    public override Anchors Anchor => Anchors.RareLiteral;

    public override bool IsInNames => true;

    public override IEnumerable<string> Literals => Roots.SelectMany<string, string>(r => [r, r.ToLowerInvariant(), r.ToUpperInvariant()]).Distinct();

    public override Canary Canary => new("at /home/canarybird/src/App.cs:7", "canarybird");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while ((i = Search.Next(text, i)) >= 0)
        {
            var start = i;
            while (!text[start..].StartsWith("Users", StringComparison.OrdinalIgnoreCase) && !text[start..].StartsWith("home", StringComparison.OrdinalIgnoreCase)
                && !text[start..].StartsWith("Settings", StringComparison.OrdinalIgnoreCase))
            {
                start++;
            }

            start += text[start..].IndexOfAny('/', '\\');
            var separator = text[start];
            while (start < text.Length && text[start] == separator)
            {
                start++;
            }

            var length = NameLength(text[start..Math.Min(text.Length, start + Longest)], separator);
            if (length > 0 && IsPathStart(text, i) && !Nobody.Contains(text.Slice(start, length)))
            {
                hits.Add(start, length, Rule);
            }

            i = start + length;
        }
    }

    /// <summary>Blanks may be in a name on Windows, where a backslash follows; elsewhere they end it.</summary>
    private static int NameLength(ReadOnlySpan<char> rest, char separator)
    {
        var end = rest.IndexOfAny(CharacterSets.EndOfPathPart);
        var blank = rest.IndexOf(' ');
        var isWhole = end > 0 && rest[end] == separator && separator == '\\';
        end = end < 0 ? rest.Length : end;
        end = blank >= 0 && blank < end && !isWhole ? blank : end;
        return rest[..end].TrimEnd('.').Length;
    }

    /// <summary><c>/api/home/x</c> is no home directory, and neither is the path of a URL; <c>file:///home/x</c> and <c>/mnt/c/Users/x</c> are.</summary>
    private static bool IsPathStart(ReadOnlySpan<char> text, int root)
    {
        if (text[root] is '\\' or ':')
        {
            return true;
        }

        var before = text[Math.Max(0, root - Longest)..root];
        var word = before.LastIndexOfAny(CharacterSets.BeforePath) + 1;
        before = before[word..];
        return before.IsEmpty || before[^1] == ':' || before is ['/', .. var mount] && (mount is "var" or "private" or "export" or "host" || IsMount(before))
            || before.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || before is [_, ':'];
    }

    private static bool IsMount(ReadOnlySpan<char> before) => before.StartsWith("/mnt/") || before.StartsWith("/proc/") || before.StartsWith("/Volumes/") || before is ['/', _];
}
