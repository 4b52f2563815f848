using static DebugRelay.Tests.Audit.RuntimeExamples;

namespace DebugRelay.Tests.Audit;

/// <summary>Examples of the rules about frameworks and one's own code.</summary>
internal static class FrameworkExamples
{
    public static readonly RuleExample[] All =
    [
        new("DBG201", "Dockerfile", Image("ENV ASPNETCORE_ENVIRONMENT=Development"), Image("ENV ASPNETCORE_ENVIRONMENT=Production")),
        new("DBG201", "k8s.yaml", Pod("env: [{name: dotnet_environment, value: development}]"), Pod("env: [{name: DOTNET_ENVIRONMENT, value: Staging}]")),
        new("DBG201", "compose.yaml", Compose("environment: [\"ASPNETCORE_ENVIRONMENT=Development\"]"), Compose("environment: [\"ASPNETCORE_ENVIRONMENT=Development\"]")) { GoodFile = "compose.override.yaml" },
        new("DBG201", "web.config", Web("<system.webServer><aspNetCore><environmentVariables><environmentVariable name=\"ASPNETCORE_ENVIRONMENT\" value=\"Development\"/></environmentVariables></aspNetCore></system.webServer>"),
            Web("<system.webServer><aspNetCore><environmentVariables><environmentVariable name=\"ASPNETCORE_ENVIRONMENT\" value=\"Production\"/></environmentVariables></aspNetCore></system.webServer>")),
        new("DBG201", "main.bicep", "var s = [\n  {\n    name: 'ASPNETCORE_ENVIRONMENT'\n    value: 'Development'\n  }\n]\n", "var s = [\n  {\n    name: 'ASPNETCORE_ENVIRONMENT'\n    value: 'Production'\n  }\n]\n"),
        new("DBG202", "publish/appsettings.Development.json", "{ \"A\": 1 }", "{ \"A\": 1 }") { Beside = [("publish/app.runtimeconfig.json", "{}")], GoodFile = "src/appsettings.Development.json" },
        new("DBG203", "appsettings.json", "{ \"DetailedErrors\": true }", "{ \"DetailedErrors\": false }"),
        Code("DBG204", "app.UseDeveloperExceptionPage();", "if (app.Environment.IsDevelopment()) app.UseDeveloperExceptionPage();"),
        Code("DBG204", "if (!env.IsDevelopment()) app.UseHsts(); else { } app.UseMigrationsEndPoint();", "if (!env.IsDevelopment()) { app.UseHsts(); } else { app.UseMigrationsEndPoint(); }"),
        Code("DBG204", "void Setup() { app.UseDatabaseErrorPage(); } Setup();", "void Setup() { app.UseDatabaseErrorPage(); } if (env.IsDevelopment()) { Setup(); }"),
        new("DBG205", "Dockerfile", Image("ENV ASPNETCORE_HOSTINGSTARTUPASSEMBLIES=Some.Startup"), Image("ENV ASPNETCORE_HOSTINGSTARTUPASSEMBLIES=Some.Startup ASPNETCORE_PREVENTHOSTINGSTARTUP=true")),
        Code("DBG206", "app.UseSwaggerUI();", "app.MapOpenApi().RequireAuthorization();"),
        Code("DBG206", "var g = app.MapGroup(\"x\"); g.MapScalarApiReference();", "var g = app.MapGroup(\"x\").RequireAuthorization(); g.MapScalarApiReference();"),
        Code("DBG207", "app.MapNitroApp(\"/ui\");", "if (env.EnvironmentName == \"Development\") app.MapNitroApp(\"/ui\");"),
        Code("DBG208", "o.EnableSensitiveDataLogging();", "o.EnableSensitiveDataLogging(env.IsDevelopment());"),
        Code("DBG210", "services.AddHttpLogging(o => o.LoggingFields = HttpLoggingFields.All);", "services.AddHttpLogging(o => o.LoggingFields = HttpLoggingFields.RequestProperties);"),
        Code("DBG210", "o.RequestHeaders.Add(\"Authorization\");", "o.RequestHeaders.Add(\"X-Request-Id\");"),
        new("DBG211", "appsettings.json", "{ \"Logging\": { \"LogLevel\": { \"Default\": \"Debug\" } } }", "{ \"Logging\": { \"LogLevel\": { \"Default\": \"Information\" } } }"),
        new("DBG211", "Dockerfile", Image("ENV Logging__LogLevel__Microsoft=Trace"), Image("ENV Logging__LogLevel__Microsoft=Warning")),
        new("DBG211", "nlog.config", "<nlog><rules><logger name=\"*\" minlevel=\"Trace\"/></rules></nlog>", "<nlog><rules><logger name=\"*\" minlevel=\"Info\"/></rules></nlog>"),
        Code("DBG212", "listen.UseConnectionLogging();", "if (env.IsDevelopment()) { listen.UseConnectionLogging(); }"),
        Code("DBG212", "options.Diagnostics.IsLoggingContentEnabled = true;", "options.Diagnostics.IsLoggingContentEnabled = env.IsDevelopment();"),
        Code("DBG213", "services.AddSignalR(o => o.EnableDetailedErrors = true);", "services.AddSignalR(o => o.EnableDetailedErrors = env.IsDevelopment());"),
        Code("DBG214", "services.AddServerSideBlazor(o => o.DetailedErrors = true);", "services.AddServerSideBlazor(o => o.DetailedErrors = false);"),
        Code("DBG214", "app.UseWebAssemblyDebugging();", "if (app.Environment.IsDevelopment()) { app.UseWebAssemblyDebugging(); }"),
        Code("DBG216", "app.MapGrpcReflectionService();", "IWebHostEnvironment env = app.Environment; if (env.IsDevelopment()) { app.MapGrpcReflectionService(); }"),
        new("DBG217", "appsettings.json", "{ \"ConnectionStrings\": { \"Db\": \"Host=db;IncludeErrorDetail = True\" } }", "{ \"ConnectionStrings\": { \"Db\": \"Host=db;Include Error Detail=false\" } }"),
        Code("DBG217", "builder.EnableParameterLogging();", "if (env.IsDevelopment()) builder.EnableParameterLogging();"),
        Code("DBG218", "IdentityModelEventSource.ShowPII = true;", "IdentityModelEventSource.ShowPII = env.IsDevelopment();"),
        Code("DBG219", "app.UseHangfireDashboard(\"/jobs\", new DashboardOptions { Authorization = [] });", "app.MapHangfireDashboard(\"/jobs\").RequireAuthorization(\"admin\");"),
        Code("DBG219", "class Open : IDashboardAuthorizationFilter { public bool Authorize(DashboardContext c) => true; }", "class Closed : IDashboardAuthorizationFilter { public bool Authorize(DashboardContext c) => c.IsAdmin(); }"),
        Code("DBG220", "services.AddElmah(o => { o.Path = \"errors\"; });", "services.AddElmah(o => { o.OnPermissionCheck = c => c.User.IsInRole(\"admin\"); });"),
        new("DBG220", "web.config", Web("<elmah><security allowRemoteAccess=\"yes\"/></elmah>"), Web("<elmah><security allowRemoteAccess=\"no\"/></elmah>")),
        Code("DBG221", "app.UseMiniProfiler();", "services.AddMiniProfiler(o => o.ResultsAuthorize = r => r.IsAdmin()); app.UseMiniProfiler();"),
        new("DBG221", "app.csproj", Project("<ItemGroup><PackageReference Include=\"Glimpse.AspNet\"/></ItemGroup>"), Project("<ItemGroup><PackageReference Include=\"Serilog\"/></ItemGroup>")),
        Code("DBG222", "app.MapHealthChecks(\"/health\", new() { ResponseWriter = UIResponseWriter.WriteHealthCheckUIResponse });", "app.MapHealthChecks(\"/health\");"),
        new("DBG224", "app.csproj", Project("<ItemGroup><PackageReference Include=\"Microsoft.AspNetCore.Mvc.Razor.RuntimeCompilation\"/></ItemGroup>"), Project("")),
        new("DBG225", "web.config", Web("<system.web><compilation debug=\"true\"/></system.web>"), Web("<system.web><compilation debug=\"false\"/></system.web>")),
        new("DBG226", "web.config", Web("<system.web><customErrors mode=\"Off\"/></system.web>"), Web("<system.web><customErrors mode=\"RemoteOnly\"/></system.web>")),
        new("DBG227", "web.config", Web("<system.web><trace enabled=\"true\"/></system.web>"), Web("<system.web><trace enabled=\"true\" localOnly=\"true\"/></system.web>")),
        new("DBG227", "page.aspx", "<%@ Page Language=\"C#\" Trace=\"true\" %>\n<p/>", "<%@ Page Language=\"C#\" %>\n<p/>"),
        new("DBG228", "web.config", Web("<system.webServer><aspNetCore stdoutLogEnabled=\"true\"/></system.webServer>"), Web("<system.webServer><aspNetCore stdoutLogEnabled=\"false\"/></system.webServer>")),
        new("DBG229", "service.config", Web("<serviceDebug includeExceptionDetailInFaults=\"true\"/>"), Web("<serviceDebug includeExceptionDetailInFaults=\"false\"/>")),
        Code("DBG229", "config.IncludeErrorDetailPolicy = IncludeErrorDetailPolicy.Always;", "config.IncludeErrorDetailPolicy = IncludeErrorDetailPolicy.LocalOnly;"),
        Code("DBG230", "app.MapGet(\"/settings\", () => config.GetDebugView());", "app.MapGet(\"/settings\", () => config.GetDebugView()).RequireAuthorization();"),
        Code("DBG230", "app.MapGet(\"/debug/state\", () => 1);", "app.MapGet(\"/debugger-fans\", () => 1);"),
        Code("DBG230", "class C : ControllerBase { [HttpGet(\"dump\")] public string Get() => \"\"; }", "[Authorize] class C : ControllerBase { [HttpGet(\"dump\")] public string Get() => \"\"; }"),
        Code("DBG231", "app.MapPost(\"/run\", (string code) => CSharpScript.EvaluateAsync(code)).RequireAuthorization();", "var x = await CSharpScript.EvaluateAsync(\"1+1\");"),
        Code("DBG231", "class C : Controller { object Run(string a) => Process.Start(\"/bin/sh\", a); }", "class Tool { object Run() => Process.Start(\"/bin/sh\", \"-c date\"); }"),
        Code("DBG232", "o.SetDbStatementForText = true;", "o.SetDbStatementForText = false;"),
        Code("DBG233", "#if DEBUG\nhandler.ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator;\n#endif", "#if WINDOWS\nhandler.CheckCertificateRevocationList = true;\n#endif"),
        Code("DBG233", "if (debugMode) { p.ValidateLifetime = false; }", "p.ValidateLifetime = true;"),
    ];

    private static RuleExample Code(string rule, string bad, string good) => new(rule, "Program.cs", bad, good);

    private static string Web(string content) => $"<?xml version=\"1.0\"?>\n<configuration>\n{content}\n</configuration>\n";
}
