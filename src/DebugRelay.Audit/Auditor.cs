using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using DebugRelay.Audit.Assemblies;
using DebugRelay.Audit.Files;
using DebugRelay.Audit.Scanning;
using DebugRelay.Audit.Source;
using DebugRelay.Audit.Suppressions;
using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Audit;

/// <summary>Looks through a repository, a publish folder or an unpacked image for debug surfaces. Reads only; runs and loads nothing of it.</summary>
public sealed partial class Auditor
{
    private readonly string _root;
    private readonly AuditOptions _options;
    private readonly CSharpScanner _source = new();
    private readonly IFileScanner[] _scanners;
    private readonly ConcurrentBag<Raw> _found = [];
    private readonly ConcurrentBag<Suppression> _markers = [];

    private Auditor(string root, AuditOptions options)
    {
        (_root, _options) = (root, options);
        _scanners =
        [
            new DockerfileScanner(), new YamlScanner(), new SystemdScanner(), new ProjectScanner(), new RuntimeConfigScanner(), new AppSettingsScanner(), new WebConfigScanner(),
            new InfrastructureScanner(), new JsonTemplateScanner(), new ScriptScanner(), new HostFilesScanner(), new OtherLanguagesScanner(), new ShippedFilesScanner(), new AssemblyScanner(), _source,
        ];
    }

    /// <summary>Audits a folder or a single file.</summary>
    /// <exception cref="AuditException">It does not exist.</exception>
    public static AuditResult Run(string path, AuditOptions options, CancellationToken cancellation = default)
    {
        string full = Path.GetFullPath(path);
        if (File.Exists(full))
            return new Auditor(Path.GetDirectoryName(full)!, options).Run([Path.GetFileName(full)], [], cancellation);
        if (!Directory.Exists(full))
            throw new AuditException($"{path} does not exist");
        var walker = new TreeWalker(full, options.Exclude);
        IReadOnlyList<string> files = walker.Files();
        return new Auditor(full, options).Run(files, walker.Unlisted, cancellation);
    }

    private AuditResult Run(IReadOnlyList<string> files, IReadOnlyList<string> unlisted, CancellationToken cancellation)
    {
        foreach (string folder in unlisted)
            _found.Add(new Raw(Surface.Of("DBG004", new Place(folder), "the folder cannot be listed"), null));
        int judged = 0;
        Parallel.ForEach(files, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, file =>
        {
            if (Scan(file))
                Interlocked.Increment(ref judged);
        });
        _source.Finish(path => ReadText(path, out _));
        return new AuditResult(_root, Sort(), files.Count, judged);
    }

    private bool Scan(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        IFileScanner[] takers = [.. _scanners.Where(s => s.Takes(path, name))];
        if (takers.Length == 0)
            return false;
        string? text = "";
        if (takers.Any(t => t.NeedsText) && (text = ReadText(path, out string? why)) is null)
        {
            if (why is not null)
                _found.Add(new Raw(Surface.Of("DBG004", new Place(path), why), null));
            return false;
        }
        var source = new SourceText(path, text);
        var scan = new FileScan(source, _root, _options.IsStrict, s => _found.Add(new Raw(s, source)));
        foreach (IFileScanner scanner in takers)
            Judge(scanner, scan);
        foreach (Suppression marker in InlineMarkers.Find(source))
            _markers.Add(marker);
        return true;
    }

    /// <summary>A scanner that fails on a file must not hide the others' findings, nor its own failure.</summary>
    private static void Judge(IFileScanner scanner, FileScan scan)
    {
        try
        {
            scanner.Scan(scan);
        }
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
        {
            scan.Unreadable($"could not be judged ({e.GetType().Name}: {e.Message.Split('\n')[0]})");
        }
    }

    /// <returns>Null where it is no text, or, with the reason, where it cannot be read.</returns>
    private string? ReadText(string path, out string? why)
    {
        why = null;
        try
        {
            string full = Path.Combine(_root, path);
            long length = new FileInfo(full).Length;
            if (length > Limits.TextBytes)
            {
                why = $"is longer than {Limits.TextBytes >> 20} MB";
                return null;
            }
            byte[] bytes = File.ReadAllBytes(full);
            // Bytes without meaning as text: a zero that is no half of a UTF-16 character.
            bool isUtf16 = bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
            if (!isUtf16 && bytes.AsSpan(0, Math.Min(bytes.Length, 8192)).Contains((byte)0))
                return null;
            using var reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = "cannot be read";
            return null;
        }
    }

    private List<AuditFinding> Sort()
    {
        Raw[] raw = [.. _found.Concat(TemporaryMarks()).DistinctBy(r => r.Surface)
            .OrderBy(r => r.Surface.Place.Path, StringComparer.Ordinal).ThenBy(r => r.Surface.Place.Line).ThenBy(r => r.Surface.Rule.Id, StringComparer.Ordinal).ThenBy(r => r.Surface.Message, StringComparer.Ordinal)];
        var check = new SuppressionCheck([.. _options.Baseline?.Suppressions ?? [], .. _markers.OrderBy(m => m.Path, StringComparer.Ordinal).ThenBy(m => m.Line)], _options.Today, _options.Horizon);
        var alike = new Dictionary<string, int>(StringComparer.Ordinal);
        var findings = new List<AuditFinding>();
        foreach (Raw one in raw)
        {
            AuditFinding finding = Identify(one, alike);
            findings.Add(finding with { Suppression = check.Find(one.Surface, finding.Fingerprint) });
        }
        // Entries of a baseline are stale only where all that they may speak of was looked at.
        bool whole = _options.Baseline is { } baseline && Path.GetDirectoryName(Path.GetFullPath(baseline.Path)) == _root && _options.Exclude.Count == 0;
        findings.AddRange(check.Faults(s => s.Line > 0 || whole).Select(s => Identify(new Raw(s, null), alike)));
        return findings;
    }

    private static AuditFinding Identify(Raw raw, Dictionary<string, int> alike)
    {
        string snippet = raw.Source is null ? "" : raw.Source.Line(raw.Surface.Place.Line).Trim().ToString();
        string identity = $"{raw.Surface.Rule.Id}\n{raw.Surface.Place.Path}\n{Spaces().Replace(snippet, " ")}";
        int number = alike[identity] = alike.GetValueOrDefault(identity) + 1;
        string fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{identity}\n{number}")))[..32];
        return new AuditFinding(raw.Surface, snippet.Length > Limits.Snippet ? snippet[..Limits.Snippet] + "…" : snippet, fingerprint);
    }

    /// <summary>Words like TODO within three lines of a finding: a switch that was to be temporary.</summary>
    private IEnumerable<Raw> TemporaryMarks()
    {
        foreach (Raw raw in _found.Where(r => r.Source is not null && r.Surface.Severity >= Severity.Medium))
        {
            int at = raw.Surface.Place.Line;
            for (int line = Math.Max(1, at - 3); line <= at + 3; line++)
            {
                if (!Temporary().IsMatch(raw.Source!.Line(line)))
                    continue;
                yield return new Raw(Surface.Of("DBG426", new Place(raw.Source.Path, line), $"a marker stands beside {raw.Surface.Rule.Id}"), raw.Source);
                break;
            }
        }
    }

    private sealed record Raw(Surface Surface, SourceText? Source);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX|TEMP|TEMPORARY|REMOVE ?(ME|THIS|BEFORE|LATER))\b")]
    private static partial Regex Temporary();
}
