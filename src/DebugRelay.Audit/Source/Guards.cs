using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DebugRelay.Audit.Source;

/// <summary>How surely code only runs in development.</summary>
internal enum Guard
{
    /// <summary>Nothing says so.</summary>
    None,

    /// <summary>Everywhere but in production: staging and whatever somebody names are not development.</summary>
    NotProduction,

    /// <summary>In development alone.</summary>
    Development,
}

/// <summary>Finds the conditions under which a piece of code runs, by syntax alone.</summary>
internal static class Guards
{
    private static readonly string[] DevelopmentMembers = ["ConfigureDevelopment", "ConfigureDevelopmentServices", "ConfigureDevelopmentContainer"];

    /// <summary>The strongest guard around a node in its own member.</summary>
    public static Guard Around(SyntaxNode node)
    {
        Guard guard = Guard.None;
        for (SyntaxNode inner = node, outer = node.Parent!; outer is not null; inner = outer, outer = outer.Parent!)
        {
            guard = Max(guard, OfStep(outer, inner));
            if (guard == Guard.Development)
                return guard;
        }
        return guard;
    }

    /// <summary>The method that a node stands in; null in top-level statements and in members that a framework calls.</summary>
    public static string? CallableMember(SyntaxNode node)
    {
        SyntaxNode? member = node.Ancestors().FirstOrDefault(a => a is LocalFunctionStatementSyntax or MethodDeclarationSyntax);
        string? name = member switch { LocalFunctionStatementSyntax f => f.Identifier.Text, MethodDeclarationSyntax m => m.Identifier.Text, _ => null };
        return name is null or "Main" or "Configure" or "ConfigureServices" ? null : name;
    }

    private static Guard OfStep(SyntaxNode outer, SyntaxNode inner) => outer switch
    {
        IfStatementSyntax i when inner == i.Statement => WhenTrue(i.Condition),
        IfStatementSyntax i when inner == i.Else => WhenFalse(i.Condition),
        ConditionalExpressionSyntax c when inner == c.WhenTrue => WhenTrue(c.Condition),
        ConditionalExpressionSyntax c when inner == c.WhenFalse => WhenFalse(c.Condition),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression } b when inner == b.Right => WhenTrue(b.Left),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalOrExpression } b when inner == b.Right => WhenFalse(b.Left),
        BlockSyntax block => AfterLeaving(block.Statements, inner),
        CompilationUnitSyntax unit => AfterLeaving(unit.Members.OfType<GlobalStatementSyntax>().Select(g => g.Statement), inner is GlobalStatementSyntax g ? g.Statement : inner),
        SwitchSectionSyntax section => section.Labels.OfType<CaseSwitchLabelSyntax>().Any() && section.Labels.OfType<CaseSwitchLabelSyntax>().All(l => IsDevelopmentName(l.Value)) ? Guard.Development : Guard.None,
        ArgumentListSyntax { Parent: InvocationExpressionSyntax call } list when inner is ArgumentSyntax => InBranch(call, list, inner),
        MethodDeclarationSyntax method when DevelopmentMembers.Contains(method.Identifier.Text) || IsDebugOnly(method) => Guard.Development,
        TypeDeclarationSyntax type when type.Identifier.Text == "StartupDevelopment" => Guard.Development,
        _ => Guard.None,
    };

    /// <summary>`if (!env.IsDevelopment()) return;` before a statement guards it.</summary>
    private static Guard AfterLeaving(IEnumerable<StatementSyntax> statements, SyntaxNode inner)
    {
        Guard guard = Guard.None;
        foreach (StatementSyntax statement in statements.TakeWhile(s => s != inner))
        {
            if (statement is IfStatementSyntax { Else: null } leave && Leaves(leave.Statement))
                guard = Max(guard, WhenFalse(leave.Condition));
        }
        return guard;
    }

    private static bool Leaves(StatementSyntax statement) => statement switch
    {
        ReturnStatementSyntax or ThrowStatementSyntax or ContinueStatementSyntax or BreakStatementSyntax => true,
        BlockSyntax block => block.Statements.LastOrDefault() is { } last && Leaves(last),
        _ => false,
    };

    /// <summary>`app.UseWhen(_ => env.IsDevelopment(), branch => …)`.</summary>
    private static Guard InBranch(InvocationExpressionSyntax call, ArgumentListSyntax list, SyntaxNode inner)
    {
        if (call.NameOf() is not ("UseWhen" or "MapWhen") || list.Arguments.FirstOrDefault() is not { Expression: LambdaExpressionSyntax { ExpressionBody: { } condition } } first || first == inner)
            return Guard.None;
        return WhenTrue(condition);
    }

    private static bool IsDebugOnly(MethodDeclarationSyntax method)
        => method.AttributeLists.SelectMany(l => l.Attributes).Any(a => a.Name.ToString().EndsWith("Conditional", StringComparison.Ordinal) && a.ArgumentList?.ToString().Contains("DEBUG", StringComparison.Ordinal) == true);

    private static Guard WhenTrue(ExpressionSyntax condition) => Meaning(condition, 0).WhenTrue;

    private static Guard WhenFalse(ExpressionSyntax condition) => Meaning(condition, 0).WhenFalse;

    /// <summary>What is known where a condition holds, and where it does not.</summary>
    private static (Guard WhenTrue, Guard WhenFalse) Meaning(ExpressionSyntax condition, int depth)
    {
        if (depth > 16)
            return default;
        switch (condition)
        {
            case ParenthesizedExpressionSyntax p:
                return Meaning(p.Expression, depth + 1);
            case PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression } not:
                (Guard t, Guard f) = Meaning(not.Operand, depth + 1);
                return (f, t);
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression } and:
                return (Max(Meaning(and.Left, depth + 1).WhenTrue, Meaning(and.Right, depth + 1).WhenTrue), Min(Meaning(and.Left, depth + 1).WhenFalse, Meaning(and.Right, depth + 1).WhenFalse));
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalOrExpression } or:
                return (Min(Meaning(or.Left, depth + 1).WhenTrue, Meaning(or.Right, depth + 1).WhenTrue), Max(Meaning(or.Left, depth + 1).WhenFalse, Meaning(or.Right, depth + 1).WhenFalse));
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression or (int)SyntaxKind.NotEqualsExpression } compare:
                return Comparison(compare, depth);
            case InvocationExpressionSyntax call:
                return OfCall(call);
            case IdentifierNameSyntax name:
                return InitialValue(name) is { } initial ? Meaning(initial, depth + 1) : default;
            case MemberAccessExpressionSyntax member when InitialValue(member.Name) is { } value && value != condition:
                return Meaning(value, depth + 1);
            default:
                return default;
        }
    }

    private static (Guard, Guard) OfCall(InvocationExpressionSyntax call) => call.NameOf() switch
    {
        "IsDevelopment" => (Guard.Development, Guard.None),
        "IsProduction" => (Guard.None, Guard.NotProduction),
        "IsEnvironment" when call.ArgumentList.Arguments is [var name, ..] && IsDevelopmentName(name.Expression) => (Guard.Development, Guard.None),
        // env.EnvironmentName.Equals("Development"), string.Equals(env.EnvironmentName, "Development").
        "Equals" when call.ToString().Contains("nvironment", StringComparison.Ordinal) && call.ArgumentList.Arguments.Any(a => IsDevelopmentName(a.Expression)) => (Guard.Development, Guard.None),
        _ => default,
    };

    private static (Guard, Guard) Comparison(BinaryExpressionSyntax compare, int depth)
    {
        (Guard WhenTrue, Guard WhenFalse) equal = default;
        if (IsDevelopmentName(compare.Left) || IsDevelopmentName(compare.Right))
            equal = compare.ToString().Contains("nvironment", StringComparison.Ordinal) ? (Guard.Development, Guard.None) : default;
        else if (compare.Right.IsKind(SyntaxKind.TrueLiteralExpression))
            equal = Meaning(compare.Left, depth + 1);
        else if (compare.Right.IsKind(SyntaxKind.FalseLiteralExpression))
            equal = Meaning(compare.Left, depth + 1) is var (t, f) ? (f, t) : default;
        return compare.IsKind(SyntaxKind.EqualsExpression) ? equal : (equal.WhenFalse, equal.WhenTrue);
    }

    private static bool IsDevelopmentName(ExpressionSyntax expression)
        => expression is LiteralExpressionSyntax { Token.ValueText: var text } ? text.Equals("Development", StringComparison.OrdinalIgnoreCase) : expression.ToString().EndsWith("Environments.Development", StringComparison.Ordinal);

    /// <summary>What a variable, field or property of this file was given where it is declared.</summary>
    private static ExpressionSyntax? InitialValue(SimpleNameSyntax name)
    {
        string text = name.Identifier.Text;
        foreach (SyntaxNode node in name.SyntaxTree.GetRoot().DescendantNodes())
        {
            switch (node)
            {
                case VariableDeclaratorSyntax { Initializer.Value: var value } variable when variable.Identifier.Text == text:
                    return value;
                case PropertyDeclarationSyntax property when property.Identifier.Text == text:
                    return property.ExpressionBody?.Expression ?? property.Initializer?.Value;
                case AssignmentExpressionSyntax { Left: var left, Right: var right } when left.ToString() is var target && (target == text || target.EndsWith("." + text, StringComparison.Ordinal)) && right is InvocationExpressionSyntax:
                    return right;
            }
        }
        return null;
    }

    private static Guard Max(Guard a, Guard b) => a > b ? a : b;

    private static Guard Min(Guard a, Guard b) => a < b ? a : b;
}
