using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DebugRelay.Audit.Source;

/// <summary>Code that stops for a debugger. Under `#if DEBUG` it is not compiled into a release, and not seen here.</summary>
internal static class DebuggerRules
{
    /// <summary>Names that make a file worth parsing.</summary>
    public static readonly string[] Names = ["Debugger."];

    public static IEnumerable<SourceHit> Find(SyntaxNode root)
    {
        foreach (InvocationExpressionSyntax call in root.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            string expression = call.Expression.ToString();
            bool launch = expression is "Debugger.Launch" or "System.Diagnostics.Debugger.Launch";
            bool isBreak = expression is "Debugger.Break" or "System.Diagnostics.Debugger.Break";
            if (launch || (isBreak && !call.Ancestors().OfType<IfStatementSyntax>().Any(i => i.Condition.ToString().Contains("Debugger.IsAttached", StringComparison.Ordinal))))
                yield return new SourceHit("DBG312", call, $"{expression}() stops the process for a debugger");
        }
        foreach (WhileStatementSyntax loop in root.DescendantNodes().OfType<WhileStatementSyntax>().Where(l => IsUnattached(l.Condition)))
            yield return new SourceHit("DBG312", loop, "the code waits until a debugger is attached");
        foreach (DoStatementSyntax loop in root.DescendantNodes().OfType<DoStatementSyntax>().Where(l => IsUnattached(l.Condition)))
            yield return new SourceHit("DBG312", loop, "the code waits until a debugger is attached");
    }

    /// <summary>`!Debugger.IsAttached`, also with its namespace, compared with false, or as a part of the condition.</summary>
    private static bool IsUnattached(ExpressionSyntax condition) => condition.DescendantNodesAndSelf().OfType<MemberAccessExpressionSyntax>()
        .Where(m => m.ToString() is "Debugger.IsAttached" or "System.Diagnostics.Debugger.IsAttached")
        .Any(m => m.Parent is PrefixUnaryExpressionSyntax { OperatorToken.Text: "!" } or BinaryExpressionSyntax { Right: LiteralExpressionSyntax { Token.Text: "false" } } or IsPatternExpressionSyntax);
}
