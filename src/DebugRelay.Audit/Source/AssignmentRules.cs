using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Audit.Source;

/// <summary>Options that are set to a constant which opens something, and texts and filters that do.</summary>
internal static class AssignmentRules
{
    /// <summary>Names that make a file worth parsing.</summary>
    public static readonly string[] Names =
    [
        "IncludeExceptionDetails", "LoggingFields", "IsLoggingContentEnabled", "EnableDetailedErrors", "DetailedErrors", "ShowPII", "LogCompleteSecurityArtifact",
        "IncludeErrorDetailPolicy", "IncludeExceptionDetailInFaults", "SetDbStatementForText", "DeveloperMode", "IDashboardAuthorizationFilter", "Include Error Detail", "IncludeErrorDetail",
    ];

    public static IEnumerable<SourceHit> Find(SyntaxNode root)
        => root.DescendantNodes().Select(n => n switch
        {
            AssignmentExpressionSyntax assignment => OfAssignment(assignment),
            LiteralExpressionSyntax { RawKind: (int)SyntaxKind.StringLiteralExpression } literal when ApplicationJudge.LeaksRows(literal.Token.ValueText) => new SourceHit("DBG217", literal, "the connection string puts row data into errors"),
            ClassDeclarationSyntax type => OfFilter(type),
            _ => null,
        }).OfType<SourceHit>();

    private static SourceHit? OfAssignment(AssignmentExpressionSyntax assignment)
    {
        string target = assignment.TargetName();
        string value = assignment.Right.ToString();
        bool isTrue = assignment.Right.IsTrue();
        return target switch
        {
            "IncludeExceptionDetails" when isTrue => new("DBG207", assignment, "GraphQL clients get details of exceptions"),
            "LoggingFields" when value.Contains("HttpLoggingFields.All", StringComparison.Ordinal) || value.Contains("Body", StringComparison.Ordinal) => new("DBG210", assignment, $"bodies are logged ({value})"),
            "IsLoggingContentEnabled" when isTrue => new("DBG212", assignment, "the content of requests is logged"),
            "EnableDetailedErrors" when isTrue => new("DBG213", assignment, "clients get details of errors"),
            "DetailedErrors" when isTrue => new("DBG214", assignment, "circuits show details of errors"),
            "IncludeErrorDetail" when isTrue => new("DBG217", assignment, "the database driver puts row data into errors"),
            "ShowPII" or "LogCompleteSecurityArtifact" when isTrue => new("DBG218", assignment, $"{target} is true"),
            "IncludeErrorDetailPolicy" when value.EndsWith("Always", StringComparison.Ordinal) => new("DBG229", assignment, "clients get details of exceptions"),
            "IncludeExceptionDetailInFaults" when isTrue => new("DBG229", assignment, "faults carry details of exceptions"),
            "SetDbStatementForText" or "DeveloperMode" when isTrue => new("DBG232", assignment, $"{target} is true"),
            _ => null,
        };
    }

    /// <summary>A filter of the Hangfire dashboard that says yes to everybody.</summary>
    private static SourceHit? OfFilter(ClassDeclarationSyntax type)
    {
        if (type.BaseList?.Types.Any(t => t.ToString().EndsWith("IDashboardAuthorizationFilter", StringComparison.Ordinal)) != true)
            return null;
        MethodDeclarationSyntax? authorize = type.Members.OfType<MethodDeclarationSyntax>().FirstOrDefault(m => m.Identifier.Text == "Authorize");
        bool always = authorize is { ExpressionBody.Expression: var expression } && expression.IsTrue()
            || authorize is { Body.Statements: [ReturnStatementSyntax { Expression: var returned }] } && returned.IsTrue();
        return always ? new("DBG219", authorize!, $"{type.Identifier.Text} lets everybody in") : null;
    }
}
