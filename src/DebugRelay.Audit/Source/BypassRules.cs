using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DebugRelay.Audit.Source;

/// <summary>Security checks that are left out under `#if DEBUG` or a debug flag. Works on a tree that was parsed with DEBUG defined.</summary>
internal static class BypassRules
{
    /// <summary>Names that make a file worth parsing.</summary>
    public static readonly string[] Names = ["DangerousAcceptAnyServerCertificateValidator", "ValidateIssuer", "ValidateLifetime", "ValidateAudience", "ServerCertificateCustomValidationCallback", "AllowAnonymous", "RequireHttpsMetadata"];

    private static readonly string[] Validations = ["ValidateIssuer", "ValidateLifetime", "ValidateAudience", "ValidateIssuerSigningKey", "RequireSignedTokens"];

    public static IEnumerable<SourceHit> Find(SyntaxNode root)
    {
        foreach (SyntaxNode node in root.DescendantNodes())
        {
            string? what = node switch
            {
                MemberAccessExpressionSyntax { Name.Identifier.Text: "DangerousAcceptAnyServerCertificateValidator" } => "any certificate is accepted",
                AssignmentExpressionSyntax a when Validations.Contains(a.TargetName()) && a.Right.IsKind(SyntaxKind.FalseLiteralExpression) => $"{a.TargetName()} is false",
                AssignmentExpressionSyntax { Right: LambdaExpressionSyntax { ExpressionBody: { } body } } a when a.TargetName() == "ServerCertificateCustomValidationCallback" && body.IsTrue() => "any certificate is accepted",
                AttributeSyntax { Name: var name } when name.ToString() is "AllowAnonymous" => "anybody is let in",
                InvocationExpressionSyntax call when call.NameOf() == "AllowAnonymous" => "anybody is let in",
                _ => null,
            };
            if (what is not null && DebugCondition(node) is { } condition)
                yield return new SourceHit("DBG233", node, $"{what} {condition}") { IsGuardable = false };
        }
    }

    private static string? DebugCondition(SyntaxNode node)
    {
        if (InDebugRegion(node))
            return "under #if DEBUG";
        foreach (IfStatementSyntax condition in node.Ancestors().OfType<IfStatementSyntax>().Where(i => i.Statement.Span.Contains(node.Span)))
        {
            string text = condition.Condition.ToString();
            if (!text.Contains("IsDevelopment", StringComparison.Ordinal) && !text.StartsWith('!') && text.Contains("debug", StringComparison.OrdinalIgnoreCase))
                return $"where {text}";
        }
        return null;
    }

    /// <summary>Whether the last conditional directive before a node that is still open asks for DEBUG.</summary>
    private static bool InDebugRegion(SyntaxNode node)
    {
        var open = new Stack<bool>();
        foreach (DirectiveTriviaSyntax directive in node.SyntaxTree.GetRoot().DescendantNodes(descendIntoTrivia: true).OfType<DirectiveTriviaSyntax>().TakeWhile(d => d.SpanStart < node.SpanStart))
        {
            switch (directive)
            {
                case IfDirectiveTriviaSyntax i:
                    open.Push(i.Condition.ToString().Trim() == "DEBUG");
                    break;
                case ElifDirectiveTriviaSyntax or ElseDirectiveTriviaSyntax when open.Count > 0:
                    open.Pop();
                    open.Push(false);
                    break;
                case EndIfDirectiveTriviaSyntax when open.Count > 0:
                    open.Pop();
                    break;
            }
        }
        return open.Contains(true);
    }
}
