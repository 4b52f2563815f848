using System.Text.RegularExpressions;
using DebugRelay.Surfaces.Catalogue;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DebugRelay.Audit.Source;

/// <summary>Endpoints that somebody made to look into the process, and consoles within it.</summary>
internal static partial class EndpointRules
{
    private static readonly string[] Maps = ["MapGet", "MapPost", "MapPut", "MapDelete", "MapMethods", "Map", "MapFallback"];
    private static readonly string[] Shells = ["cmd", "cmd.exe", "/bin/sh", "/bin/bash", "sh", "bash", "powershell", "pwsh"];

    /// <summary>Names that make a file worth parsing.</summary>
    public static readonly string[] Names = ["MapGet", "MapPost", "MapPut", "MapMethods", ".Map(", "Route(", "HttpGet", "HttpPost", "GetDebugView", "GetEnvironmentVariables", "CSharpScript", "AddScript", "Process.Start"];

    public static IEnumerable<SourceHit> Find(SyntaxNode root) => [.. Mapped(root), .. Actions(root), .. Consoles(root)];

    private static IEnumerable<SourceHit> Mapped(SyntaxNode root)
    {
        foreach (InvocationExpressionSyntax call in root.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(c => c.NameOf() is { } name && Maps.Contains(name)))
        {
            if (call.Argument(0).Literal() is not { } route || call.IsAuthorized())
                continue;
            bool tells = call.ArgumentList.Arguments.Skip(1).Any(a => TellsAll(a));
            if (tells)
                yield return new SourceHit("DBG230", call, $"{route} shows the inside of the process to everybody");
            else if (DebugSegment().IsMatch(route))
                yield return new SourceHit("DBG230", call, $"{route} looks like a debug endpoint, and is open to everybody") { Severity = Severity.Medium };
        }
    }

    private static IEnumerable<SourceHit> Actions(SyntaxNode root)
    {
        foreach (MethodDeclarationSyntax action in root.DescendantNodes().OfType<MethodDeclarationSyntax>())
        {
            string[] own = [.. Attributes(action)];
            if (!own.Any(a => a.StartsWith("Http", StringComparison.Ordinal) || a.StartsWith("Route", StringComparison.Ordinal)))
                continue;
            string[] all = [.. own, .. action.Parent is TypeDeclarationSyntax type ? Attributes(type) : []];
            if (all.Any(a => a.StartsWith("Authorize", StringComparison.Ordinal)) && !own.Any(a => a.StartsWith("AllowAnonymous", StringComparison.Ordinal)))
                continue;
            if (TellsAll(action))
                yield return new SourceHit("DBG230", action, $"{action.Identifier.Text} shows the inside of the process to everybody");
            else if (all.Any(a => RouteText().Match(a) is { Success: true } m && DebugSegment().IsMatch("/" + m.Groups[1].Value)))
                yield return new SourceHit("DBG230", action, $"{action.Identifier.Text} looks like a debug endpoint, and is open to everybody") { Severity = Severity.Medium };
        }
    }

    /// <summary>Code or a command from a request that runs in the service.</summary>
    private static IEnumerable<SourceHit> Consoles(SyntaxNode root)
    {
        foreach (InvocationExpressionSyntax call in root.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(InHandler))
        {
            string expression = call.Expression.ToString();
            if (expression.Contains("CSharpScript.", StringComparison.Ordinal) && call.NameOf() is "EvaluateAsync" or "RunAsync" or "Create")
                yield return new SourceHit("DBG231", call, "C# from a request is run") { IsGuardable = false };
            else if (call.NameOf() == "AddScript")
                yield return new SourceHit("DBG231", call, "PowerShell from a request is run") { IsGuardable = false };
            else if (expression.EndsWith("Process.Start", StringComparison.Ordinal) && call.Argument(0).Literal() is { } program && Shells.Contains(program) && call.Argument(1) is { } arguments && arguments.Literal() is null)
                yield return new SourceHit("DBG231", call, $"{program} is started with what comes from a request") { IsGuardable = false };
        }
    }

    private static bool InHandler(SyntaxNode node)
        => node.EnclosingCalls().Any(c => c.NameOf() is { } name && Maps.Contains(name))
            || node.Ancestors().OfType<ClassDeclarationSyntax>().Any(c => c.Identifier.Text.EndsWith("Controller", StringComparison.Ordinal) || c.BaseList?.ToString().Contains("Controller", StringComparison.Ordinal) == true || c.BaseList?.ToString().Contains("PageModel", StringComparison.Ordinal) == true || c.BaseList?.ToString().Contains("Hub", StringComparison.Ordinal) == true);

    private static bool TellsAll(SyntaxNode handler) => handler.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(c => c.NameOf() switch
    {
        "GetDebugView" or "GetEnvironmentVariables" or "WriteDump" or "WriteDumpAsync" => true,
        "Collect" => c.Expression.ToString().EndsWith("GC.Collect", StringComparison.Ordinal),
        _ => false,
    });

    private static IEnumerable<string> Attributes(MemberDeclarationSyntax member) => member.AttributeLists.SelectMany(l => l.Attributes).Select(a => a.ToString());

    [GeneratedRegex(@"(^|/)(_?debug|diag|diagnostics|dump|heapdump|threaddump|env|config)(/|$)", RegexOptions.IgnoreCase)]
    private static partial Regex DebugSegment();

    [GeneratedRegex(@"^(?:Route|Http\w+)\(""([^""]*)""")]
    private static partial Regex RouteText();
}
