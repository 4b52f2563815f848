using DebugRelay.Surfaces.Catalogue;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DebugRelay.Audit.Source;

/// <summary>Calls that turn a debug feature of a framework on.</summary>
internal static class CallRules
{
    /// <summary>Calls that are enough by themselves, and need a guard.</summary>
    private static readonly Dictionary<string, (string Rule, Severity? Severity)> Guarded = new(StringComparer.Ordinal)
    {
        ["UseDeveloperExceptionPage"] = ("DBG204", null),
        ["UseDatabaseErrorPage"] = ("DBG204", null),
        ["UseMigrationsEndPoint"] = ("DBG204", null),
        // It only serves the exception page, which has a rule of its own; templates call it unguarded.
        ["AddDatabaseDeveloperPageExceptionFilter"] = ("DBG204", Severity.Low),
        ["UseGraphQLPlayground"] = ("DBG207", null),
        ["UseGraphQLGraphiQL"] = ("DBG207", null),
        ["UseGraphQLAltair"] = ("DBG207", null),
        ["UseGraphQLVoyager"] = ("DBG207", null),
        ["UseConnectionLogging"] = ("DBG212", null),
        ["UseWebAssemblyDebugging"] = ("DBG214", null),
        ["EnableParameterLogging"] = ("DBG217", null),
        ["UseODataRouteDebug"] = ("DBG221", null),
        ["UseBrowserLink"] = ("DBG221", null),
        ["AddRazorRuntimeCompilation"] = ("DBG224", null),
        ["EnableDebugLogger"] = ("DBG232", null),
    };

    /// <summary>Endpoints and pages that need a guard or authorisation.</summary>
    private static readonly Dictionary<string, string> Authorized = new(StringComparer.Ordinal)
    {
        ["UseSwagger"] = "DBG206", ["UseSwaggerUI"] = "DBG206", ["UseSwaggerUi"] = "DBG206", ["UseSwaggerUi3"] = "DBG206", ["MapSwagger"] = "DBG206",
        ["MapOpenApi"] = "DBG206", ["UseOpenApi"] = "DBG206", ["UseReDoc"] = "DBG206", ["MapScalarApiReference"] = "DBG206",
        ["MapNitroApp"] = "DBG207", ["MapBananaCakePop"] = "DBG207", ["MapGraphQLPlayground"] = "DBG207",
        ["MapGrpcReflectionService"] = "DBG216",
        ["MapOrleansDashboard"] = "DBG221", ["UseOrleansDashboard"] = "DBG221", ["UseCrystalQuartz"] = "DBG221", ["UseSilkierQuartz"] = "DBG221",
        ["UseCapDashboard"] = "DBG221", ["UseSerilogUi"] = "DBG221",
        ["MapHealthChecksUI"] = "DBG222",
    };

    /// <summary>Names that make a file worth parsing.</summary>
    public static IEnumerable<string> Names => [.. Guarded.Keys, .. Authorized.Keys, "EnableSensitiveDataLogging", "EnableDetailedErrors", "RequestHeaders", "AzureEventSourceListener", "HangfireDashboard", "UseElmah", "AddElmah", "UseMiniProfiler",
        "MapHealthChecks", "UseSetting", "CaptureStartupErrors", "UseEnvironment"];

    public static IEnumerable<SourceHit> Find(SyntaxNode root)
    {
        foreach (InvocationExpressionSyntax call in root.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (call.NameOf() is not { } name)
                continue;
            if (Guarded.TryGetValue(name, out (string Rule, Severity? Severity) rule))
                yield return new SourceHit(rule.Rule, call, $"{name}() is not guarded") { Severity = rule.Severity };
            else if (Authorized.TryGetValue(name, out string? id) && !call.IsAuthorized())
                yield return new SourceHit(id, call, $"{name}() is neither guarded nor authorised");
            else if (Special(call, name) is { } hit)
                yield return hit;
        }
        foreach (ObjectCreationExpressionSyntax created in root.DescendantNodes().OfType<ObjectCreationExpressionSyntax>().Where(c => c.Type.ToString().EndsWith("AzureEventSourceListener", StringComparison.Ordinal)))
            yield return new SourceHit("DBG212", created, "AzureEventSourceListener logs what the SDK sends");
    }

    private static SourceHit? Special(InvocationExpressionSyntax call, string name) => name switch
    {
        "EnableSensitiveDataLogging" when call.Argument(0) is null || call.Argument(0).IsTrue() => new("DBG208", call, "EF Core logs the values of parameters"),
        "EnableDetailedErrors" when call.Argument(0) is null || call.Argument(0).IsTrue() => new("DBG208", call, "EF Core gives details of errors") { Severity = Severity.Low },
        "Add" when call.Expression.ToString().EndsWith("RequestHeaders.Add", StringComparison.Ordinal) && call.Argument(0).Literal() is "Authorization" or "Cookie" => new("DBG210", call, $"the header {call.Argument(0)} is logged"),
        "Add" when call.Expression.ToString().EndsWith("RequestHeaders.Add", StringComparison.Ordinal) && call.Argument(0)?.ToString() is "HeaderNames.Authorization" or "HeaderNames.Cookie" => new("DBG210", call, $"the header {call.Argument(0)} is logged"),
        "CreateConsoleLogger" or "CreateTraceLogger" when call.Expression.ToString().StartsWith("AzureEventSourceListener", StringComparison.Ordinal) => new("DBG212", call, "AzureEventSourceListener logs what the SDK sends"),
        "UseHangfireDashboard" or "MapHangfireDashboard" => Hangfire(call, name),
        "UseElmah" or "AddElmah" when !call.ToString().Contains("OnPermissionCheck", StringComparison.Ordinal) && !(name == "UseElmah" && call.SyntaxTree.GetText().ToString().Contains("OnPermissionCheck", StringComparison.Ordinal))
            => new("DBG220", call, "ELMAH asks nobody for permission"),
        "UseMiniProfiler" when !call.SyntaxTree.GetText().ToString().Contains("ResultsAuthorize", StringComparison.Ordinal) => new("DBG221", call, "MiniProfiler shows its results to everybody"),
        "MapHealthChecks" when call.ToString().Contains("WriteHealthCheckUIResponse", StringComparison.Ordinal) && !call.IsAuthorized() => new("DBG222", call, "health checks show details of exceptions"),
        "UseSetting" => Setting(call),
        "CaptureStartupErrors" when call.Argument(0).IsTrue() => new("DBG203", call, "startup errors are shown"),
        "UseEnvironment" when call.Argument(0).Literal()?.Equals("Development", StringComparison.OrdinalIgnoreCase) == true || call.Argument(0)?.ToString().EndsWith("Environments.Development", StringComparison.Ordinal) == true
            => new("DBG201", call, "the code sets the environment to Development"),
        _ => null,
    };

    private static SourceHit? Setting(InvocationExpressionSyntax call)
    {
        string key = call.Argument(0).Literal() ?? call.Argument(0)?.ToString() ?? "";
        bool isOn = call.Argument(1).Literal() is "true" or "True" or "1";
        if (isOn && (key.Contains("detailedErrors", StringComparison.OrdinalIgnoreCase) || key.Contains("captureStartupErrors", StringComparison.OrdinalIgnoreCase)))
            return new("DBG203", call, "the code shows details of errors");
        return key.Contains("hostingStartupAssemblies", StringComparison.OrdinalIgnoreCase) && !key.Contains("exclude", StringComparison.OrdinalIgnoreCase) && call.Argument(1).Literal() is not ""
            ? new("DBG205", call, "the code names a hosting startup assembly")
            : null;
    }

    private static SourceHit? Hangfire(InvocationExpressionSyntax call, string name)
    {
        if (call.IsAuthorized())
            return null;
        AssignmentExpressionSyntax? authorization = call.DescendantNodes().OfType<AssignmentExpressionSyntax>().FirstOrDefault(a => a.TargetName() is "Authorization");
        if (authorization is null)
            return new("DBG219", call, $"{name}() without a filter is local-only, and behind a proxy every request is local") { Severity = Severity.Note };
        string filters = authorization.Right.ToString().Replace(" ", "", StringComparison.Ordinal);
        bool empty = filters is "[]" || filters.Contains("Empty<", StringComparison.Ordinal) || filters.EndsWith("[0]", StringComparison.Ordinal) || filters.EndsWith("{}", StringComparison.Ordinal);
        return empty ? new("DBG219", call, "the dashboard has no filter at all") : null;
    }
}
