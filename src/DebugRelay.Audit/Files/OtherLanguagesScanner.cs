using System.Text.RegularExpressions;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Audit.Files;

/// <summary>What stands beside .NET in a tree: Go, Python, PHP, Ruby, Java. By line; tests are left alone.</summary>
internal sealed partial class OtherLanguagesScanner : IFileScanner
{
    public bool Takes(string path, string name) => !IsTest(path) && Kind(name) is not null;

    public void Scan(FileScan scan)
    {
        switch (Kind(scan.Name))
        {
            case "go" when scan.Text.Contains("net/http/pprof", StringComparison.Ordinal):
                Go(scan);
                break;
            case "py":
                Lines(scan, Python(), "DBG507", "a debugger or debug mode");
                break;
            case "php":
                Lines(scan, Php(), "DBG508", "PHP debugging");
                break;
            case "ini":
                Lines(scan, PhpSettings(), "DBG508", "PHP debugging");
                break;
            case "rb":
                Lines(scan, Rails(), "DBG509", "errors are shown to everybody");
                break;
            case "gemfile":
                Gemfile(scan);
                break;
            case "properties":
                Properties(scan);
                break;
        }
    }

    private static string? Kind(string name) => name switch
    {
        _ when name.EndsWith(".go", StringComparison.Ordinal) && !name.EndsWith("_test.go", StringComparison.Ordinal) => "go",
        _ when name.EndsWith(".py", StringComparison.Ordinal) => "py",
        _ when name.EndsWith(".php", StringComparison.Ordinal) => "php",
        "php.ini" or "xdebug.ini" or "docker-php-ext-xdebug.ini" => "ini",
        "production.rb" => "rb",
        "Gemfile" => "gemfile",
        _ when name.StartsWith("application", StringComparison.Ordinal) && name.EndsWith(".properties", StringComparison.Ordinal) => "properties",
        _ => null,
    };

    private static bool IsTest(string path) => TestPath().IsMatch(path);

    private static void Lines(FileScan scan, Regex bad, string rule, string message)
    {
        foreach (Match match in bad.Matches(scan.Text))
            scan.Add(rule, scan.AtOffset(match.Index), $"{message} ({match.Value.Trim()})");
    }

    /// <summary>The import registers on the default mux; that matters where the default mux is served.</summary>
    private static void Go(FileScan scan)
    {
        if (GoImport().Match(scan.Text) is { Success: true } import && GoDefaultListener().Match(scan.Text) is { Success: true } listener)
        {
            bool loopback = UrlJudge.IsLoopback(UrlJudge.HostOf(listener.Groups["address"].Value) ?? "");
            if (!loopback)
                scan.Add("DBG506", scan.AtOffset(import.Index), "pprof is served on the default mux");
        }
    }

    private static void Gemfile(FileScan scan)
    {
        string group = "";
        for (int line = 1; line <= scan.Source.LineCount; line++)
        {
            string text = scan.Source.Line(line).Trim().ToString();
            if (text.StartsWith("group", StringComparison.Ordinal))
                group = text;
            else if (text == "end")
                group = "";
            else if (text.StartsWith("gem", StringComparison.Ordinal) && text.Contains("web-console", StringComparison.Ordinal) && !(group + text).Contains("development", StringComparison.Ordinal))
                scan.Add("DBG509", scan.At(line), "web-console is in every environment");
        }
    }

    private static void Properties(FileScan scan)
    {
        for (int line = 1; line <= scan.Source.LineCount; line++)
        {
            string text = scan.Source.Line(line).Trim().ToString();
            if (text.StartsWith("management.endpoints.web.exposure.include", StringComparison.Ordinal) && text.Split('=', 2) is [_, var value])
                scan.Add([SpringJudge.Judge(value.Split(','), scan.At(line))]);
        }
    }

    [GeneratedRegex(@"(^|/)(tests?|spec|__tests__|testdata|fixtures|examples?)/", RegexOptions.IgnoreCase)]
    private static partial Regex TestPath();

    [GeneratedRegex(@"_\s+""net/http/pprof""")]
    private static partial Regex GoImport();

    [GeneratedRegex(@"http\.ListenAndServe(TLS)?\(\s*""(?<address>[^""]*)""(?:[^)]*,)?\s*(,\s*)?nil\s*\)")]
    private static partial Regex GoDefaultListener();

    [GeneratedRegex(@"^[^#\n]*(debugpy\.listen\(\(?\s*[""']0\.0\.0\.0|ptvsd\.enable_attach\(|\.run\([^)\n]*debug\s*=\s*True|^\s*DEBUG\s*=\s*True\b|pydevd\.settrace\()", RegexOptions.Multiline)]
    private static partial Regex Python();

    [GeneratedRegex(@"^(?![ \t]*(//|#|\*))[^\n]*?(\bphpinfo\s*\(\s*\)|ini_set\(\s*['""]display_errors['""]\s*,\s*['""]?(1|On)|xdebug_break\s*\()", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Php();

    [GeneratedRegex(@"^\s*(xdebug\.mode\s*=\s*[^\n;]*debug[^\n]*|xdebug\.remote_enable\s*=\s*(1|on)|display_errors\s*=\s*(on|1|stdout))", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex PhpSettings();

    [GeneratedRegex(@"^[^#\n]*consider_all_requests_local\s*=\s*true", RegexOptions.Multiline)]
    private static partial Regex Rails();
}
