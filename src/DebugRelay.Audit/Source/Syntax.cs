using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DebugRelay.Audit.Source;

/// <summary>Short questions to a syntax tree.</summary>
internal static class Syntax
{
    /// <summary>The name of the method that is called, without its receiver and type arguments.</summary>
    public static string? NameOf(this InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.Text,
        SimpleNameSyntax name => name.Identifier.Text,
        _ => null,
    };

    /// <summary>The last part of an assignment's target.</summary>
    public static string TargetName(this AssignmentExpressionSyntax assignment) => assignment.Left switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text,
        SimpleNameSyntax name => name.Identifier.Text,
        _ => "",
    };

    /// <summary>Whether an expression is the constant true.</summary>
    public static bool IsTrue(this ExpressionSyntax? expression) => expression.IsKind(SyntaxKind.TrueLiteralExpression);

    /// <summary>The value of a string literal; null where it is something else.</summary>
    public static string? Literal(this ExpressionSyntax? expression)
        => expression is LiteralExpressionSyntax { RawKind: (int)SyntaxKind.StringLiteralExpression } literal ? literal.Token.ValueText : null;

    /// <summary>A call's argument, by its position.</summary>
    public static ExpressionSyntax? Argument(this InvocationExpressionSyntax call, int index)
        => index < call.ArgumentList.Arguments.Count ? call.ArgumentList.Arguments[index].Expression : null;

    /// <summary>The calls that a node is an argument of, or within the lambda of, the nearest first.</summary>
    public static IEnumerable<InvocationExpressionSyntax> EnclosingCalls(this SyntaxNode node)
        => node.Ancestors().OfType<ArgumentSyntax>().Select(a => a.Parent?.Parent).OfType<InvocationExpressionSyntax>();

    /// <summary>The names of all calls in a chain `a.B().C().D()` that a call is part of.</summary>
    public static IEnumerable<string> Chain(this InvocationExpressionSyntax call)
    {
        ExpressionSyntax outermost = call;
        while (outermost.Parent is MemberAccessExpressionSyntax member && member.Expression == outermost && member.Parent is InvocationExpressionSyntax next)
            outermost = next;
        for (ExpressionSyntax? at = outermost; at is InvocationExpressionSyntax link; at = (link.Expression as MemberAccessExpressionSyntax)?.Expression)
        {
            if (link.NameOf() is { } name)
                yield return name;
        }
    }

    /// <summary>The variable at the beginning of a chain; null where there is none.</summary>
    public static string? Receiver(this InvocationExpressionSyntax call)
    {
        ExpressionSyntax at = call;
        while (at is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var inner } })
            at = inner;
        return (at as IdentifierNameSyntax)?.Identifier.Text;
    }

    /// <summary>Whether who calls an endpoint must prove who he is: by the chain, or by the group that it belongs to.</summary>
    public static bool IsAuthorized(this InvocationExpressionSyntax call)
    {
        if (call.Chain().Any(n => n is "RequireAuthorization" or "RequireHost"))
            return true;
        string? receiver = call.Receiver();
        return receiver is not null && call.SyntaxTree.GetRoot().DescendantNodes().OfType<VariableDeclaratorSyntax>()
            .Any(v => v.Identifier.Text == receiver && v.Initializer?.Value is InvocationExpressionSyntax made && made.Chain().Contains("RequireAuthorization"));
    }
}
