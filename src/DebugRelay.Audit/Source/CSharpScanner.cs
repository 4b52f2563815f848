using System.Buffers;
using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DebugRelay.Audit.Source;

/// <summary>C# by its syntax: what opens something, and whether a guard stands before it, here or where it is called.</summary>
internal sealed partial class CSharpScanner : IFileScanner
{
    private static readonly CSharpParseOptions Release = new(LanguageVersion.Preview, DocumentationMode.None);
    private static readonly CSharpParseOptions Debug = Release.WithPreprocessorSymbols("DEBUG");
    private static readonly SearchValues<string> Interesting = SearchValues.Create([.. CallRules.Names, .. AssignmentRules.Names, .. EndpointRules.Names, .. DebuggerRules.Names, .. BypassRules.Names], StringComparison.Ordinal);
    private static readonly SearchValues<string> Bypasses = SearchValues.Create(BypassRules.Names, StringComparison.Ordinal);

    private readonly ConcurrentBag<Pending> _pending = [];
    private readonly ConcurrentBag<string> _files = [];

    public bool Takes(string path, string name)
        => name.EndsWith(".cs", StringComparison.OrdinalIgnoreCase) && !name.EndsWith(".g.cs", StringComparison.OrdinalIgnoreCase) && !TestPath().IsMatch(path);

    public void Scan(FileScan scan)
    {
        _files.Add(scan.Source.Path);
        ReadOnlySpan<char> text = scan.Text;
        if (!text.ContainsAny(Interesting))
            return;
        SyntaxNode root = CSharpSyntaxTree.ParseText(scan.Text, Release).GetRoot();
        foreach (SourceHit hit in CallRules.Find(root).Concat(AssignmentRules.Find(root)).Concat(EndpointRules.Find(root)).Concat(DebuggerRules.Find(root)))
            Judge(scan, hit);
        if (text.ContainsAny(Bypasses))
        {
            foreach (SourceHit hit in BypassRules.Find(CSharpSyntaxTree.ParseText(scan.Text, Debug).GetRoot()))
                Judge(scan, hit);
        }
    }

    private void Judge(FileScan scan, SourceHit hit)
    {
        Guard guard = hit.IsGuardable ? Guards.Around(hit.Node) : Guard.None;
        if (guard == Guard.Development)
            return;
        int start = hit.Node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } ? member.Name.SpanStart : hit.Node.SpanStart;
        var surface = Surface.Of(hit.Rule, scan.AtOffset(start), hit.Message, hit.Severity);
        if (guard == Guard.NotProduction)
            surface = surface with { Severity = Lower(surface.Severity), Message = $"{surface.Message}; !IsProduction() is a weak guard" };
        if (hit.IsGuardable && Guards.CallableMember(hit.Node) is { } name)
            _pending.Add(new Pending(name, surface, scan));
        else
            scan.Add(surface);
    }

    /// <summary>Looks at the callers of members that opened something unguarded: where all of them are guarded, nothing is open.</summary>
    /// <param name="read">Reads a file of the tree again.</param>
    public void Finish(Func<string, string?> read)
    {
        if (_pending.IsEmpty)
            return;
        ConcurrentDictionary<string, Guard> callers = Callers([.. _pending.Select(p => p.Member).Distinct()], read);
        foreach (Pending pending in _pending)
        {
            if (callers.GetValueOrDefault(pending.Member) != Guard.Development)
                pending.Scan.Add(pending.Surface);
        }
    }

    private ConcurrentDictionary<string, Guard> Callers(string[] members, Func<string, string?> read)
    {
        var weakest = new ConcurrentDictionary<string, Guard>(StringComparer.Ordinal);
        SearchValues<string> parts = SearchValues.Create(members, StringComparison.Ordinal);
        HashSet<string> names = [.. members];
        Parallel.ForEach(_files, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, file =>
        {
            if (read(file) is not { } text || !Mentions(text, parts, names.GetAlternateLookup<ReadOnlySpan<char>>()))
                return;
            foreach (InvocationExpressionSyntax call in CSharpSyntaxTree.ParseText(text, Release).GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>())
            {
                if (call.NameOf() is not { } name || !names.Contains(name))
                    continue;
                Guard guard = Guards.Around(call);
                weakest.AddOrUpdate(name, guard, (_, known) => known < guard ? known : guard);
            }
        });
        return weakest;
    }

    /// <summary>Whether one of the names stands there as a word: a short one is part of many others, and parsing is what costs.</summary>
    private static bool Mentions(ReadOnlySpan<char> text, SearchValues<string> parts, HashSet<string>.AlternateLookup<ReadOnlySpan<char>> names)
    {
        while (text.IndexOfAny(parts) is var at and >= 0)
        {
            int end = at;
            while (end < text.Length && IsOfName(text[end]))
                end++;
            if ((at == 0 || !IsOfName(text[at - 1])) && names.Contains(text[at..end]))
                return true;
            text = text[end..];
        }
        return false;
    }

    private static bool IsOfName(char c) => char.IsLetterOrDigit(c) || c == '_';

    private static Severity Lower(Severity severity) => severity == Severity.Note ? Severity.Note : severity - 1;

    private sealed record Pending(string Member, Surface Surface, FileScan Scan);

    /// <summary>Projects and folders of tests open what they like.</summary>
    [GeneratedRegex(@"(^|/)([^/]*\.)?(tests?|unittests?|integrationtests?|functionaltests?|benchmarks?)/|(^|/)obj/", RegexOptions.IgnoreCase)]
    private static partial Regex TestPath();
}
