using System.Diagnostics;
using System.Text.Json;
using DebugRelay.Audit;
using DebugRelay.Audit.Output;
using DebugRelay.Surfaces.Catalogue;
using Xunit;

namespace DebugRelay.Tests.Audit;

/// <summary>What an audit reads, what it cannot read, where it says that things stand, and how it says it.</summary>
public class ScanTests
{
    [Theory]
    [InlineData("appsettings.json", "{ \"a\": ")]
    [InlineData("web.config", "<configuration>")]
    [InlineData("k8s.yaml", "a: [1, 2\nb: }")]
    [InlineData("app.csproj", "<Project><PropertyGroup></Project>")]
    [InlineData("Dockerfile", "RUN true")]
    [InlineData("azuredeploy.json", "{ \"$schema\": \"deploymentTemplate.json\", ")]
    public void A_file_that_does_not_parse_is_a_finding_and_the_scan_is_incomplete(string file, string text)
    {
        using var folder = new AuditFolder();
        AuditResult result = folder.Add(file, text).Run();
        Assert.Equal("DBG004", Assert.Single(result.Open).Surface.Rule.Id);
        Assert.True(result.IsIncomplete);
    }

    [Fact]
    public void Places_are_lines()
    {
        using var folder = new AuditFolder();
        folder.Add("Dockerfile", "FROM mcr.example/x\n# a comment\nRUN apt-get update && \\\n    apt-get install -y \\\n    # why\n    gdb\nENV A=1 \\\n    ASPNETCORE_ENVIRONMENT=Development\n")
            .Add("sub dir/appsettings.json", "{\n  // comment\n  \"Logging\": {\n    \"LogLevel\": {\n      \"Default\": \"Trace\",\n    }\n  }\n}")
            .Add("k8s.yaml", "# head\napiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  containers: []\n---\napiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  containers: []\n");
        (string, string, int)[] places = [.. folder.Run().Open.Where(f => f.Surface.Severity >= Severity.Medium).Select(f => (f.Surface.Rule.Id, f.Surface.Place.Path, f.Surface.Place.Line))];
        Assert.Equal([("DBG306", "Dockerfile", 4), ("DBG201", "Dockerfile", 7), ("DBG408", "k8s.yaml", 5), ("DBG408", "k8s.yaml", 11), ("DBG211", "sub dir/appsettings.json", 5)], places);
    }

    [Fact]
    public void The_release_transform_is_applied_before_web_config_is_judged()
    {
        const string Config = "<configuration><system.web><compilation debug=\"true\"/><customErrors mode=\"Off\"/></system.web></configuration>";
        const string Transform = "<configuration xmlns:xdt=\"http://schemas.microsoft.com/XML-Document-Transform\"><system.web><compilation xdt:Transform=\"RemoveAttributes(debug)\"/><customErrors mode=\"On\" xdt:Transform=\"Replace\"/></system.web></configuration>";
        using var folder = new AuditFolder();
        Assert.Equal(2, folder.Add("Web.config", Config).Run().Open.Count());
        Assert.Empty(folder.Add("Web.Release.config", Transform).Run().Open);
        Assert.Empty(folder.Add("Web.Debug.config", "<configuration><system.web><compilation debug=\"true\"/></system.web></configuration>").Run().Open);
    }

    [Fact]
    public void The_variables_of_an_environment_have_their_precedence()
    {
        using var folder = new AuditFolder();
        folder.Add("Dockerfile", RuntimeExamples.Image("ENV ASPNETCORE_ENVIRONMENT=Development\nENV DOTNET_ENVIRONMENT=Production\nENV DOTNET_DbgEnableMiniDump=1\nENV DOTNET_DbgEnableMiniDump=0\nENV COMPlus_StressLog=1 DOTNET_StressLog=0"));
        AuditFinding finding = Assert.Single(folder.Run().Open, f => f.Surface.Rule.Id != "DBG101");
        Assert.Equal(("DBG201", Severity.Medium), (finding.Surface.Rule.Id, finding.Surface.Severity));
    }

    [Fact]
    public void A_chart_is_read_as_far_as_it_parses()
    {
        using var folder = new AuditFolder();
        folder.Add("chart/templates/deployment.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: {{ include "web.fullname" . }}
            spec:
              template:
                spec:
                  {{- if .Values.share }}
                  shareProcessNamespace: true
                  {{- end }}
                  containers:
                    - name: {{ .Chart.Name }}
                      image: "{{ .Values.image }}:{{ .Values.tag }}"
                      securityContext:
                        {{- toYaml .Values.securityContext | nindent 12 }}
            """);
        Assert.Equal("DBG405", Assert.Single(folder.Run().Open).Surface.Rule.Id);
    }

    [Fact]
    public void A_debug_build_in_a_publish_folder_is_found_by_its_metadata()
    {
        // This test's own assembly is of this build's configuration; its deps.json says that it is a project's.
        string here = typeof(ScanTests).Assembly.Location;
        bool isDebug = typeof(ScanTests).Assembly.GetCustomAttributes(false).OfType<DebuggableAttribute>().Single().IsJITOptimizerDisabled;
        using var folder = new AuditFolder();
        File.Copy(here, Path.Combine(folder.Path, Path.GetFileName(here)));
        File.Copy(Path.ChangeExtension(here, ".deps.json"), Path.Combine(folder.Path, Path.GetFileName(Path.ChangeExtension(here, ".deps.json"))));
        Assert.Equal(isDebug, folder.Run().Open.Any(f => f.Surface.Rule.Id == "DBG308"));
        File.WriteAllBytes(Path.Combine(folder.Path, Path.GetFileName(here)), [0x4D, 0x5A, 1, 2, 3]);
        Assert.Contains(folder.Run().Open, f => f.Surface.Rule.Id == "DBG004");
    }

    [Fact]
    public void Links_are_not_followed_and_what_projects_build_is_left_out()
    {
        using var outside = new AuditFolder();
        using var folder = new AuditFolder();
        outside.Add("Dockerfile", "FROM x\nENV ASPNETCORE_ENVIRONMENT=Development\n");
        File.CreateSymbolicLink(Path.Combine(folder.Path, "link"), outside.Path);
        folder.Add("app/app.csproj", RuntimeExamples.Project("")).Add("app/bin/Debug/Dockerfile", "FROM x\nENV ASPNETCORE_ENVIRONMENT=Development\n");
        Assert.Empty(folder.Run().Open);
    }

    [Fact]
    public void Sarif_says_what_code_hosting_needs()
    {
        using var folder = new AuditFolder();
        folder.Add("my app/Dockerfile", "FROM x\nENV ASPNETCORE_ENVIRONMENT=Development\n# debugrelay:ignore DBG111 owner=a until=2026-08-01 reason=\"r\"\nENV DOTNET_DbgEnableMiniDump=1\n");
        using var stream = new MemoryStream();
        SarifReport.Write(folder.Run(new AuditOptions { Today = new DateOnly(2026, 6, 1) }), "1.2.3", stream);
        using JsonDocument sarif = JsonDocument.Parse(stream.ToArray());
        JsonElement run = sarif.RootElement.GetProperty("runs")[0];
        JsonElement[] results = [.. run.GetProperty("results").EnumerateArray()];
        Assert.All(results, r =>
        {
            JsonElement rule = run.GetProperty("tool").GetProperty("driver").GetProperty("rules")[r.GetProperty("ruleIndex").GetInt32()];
            Assert.Equal(r.GetProperty("ruleId").GetString(), rule.GetProperty("id").GetString());
            JsonElement cwe = rule.GetProperty("relationships")[0].GetProperty("target");
            Assert.Equal(cwe.GetProperty("id").GetString(), run.GetProperty("taxonomies")[0].GetProperty("taxa")[cwe.GetProperty("index").GetInt32()].GetProperty("id").GetString());
            Assert.Equal("my%20app/Dockerfile", r.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString());
            Assert.True(r.GetProperty("partialFingerprints").GetProperty("debugrelay/v1").GetString()!.Length == 32);
        });
        Assert.Single(results, r => r.TryGetProperty("suppressions", out JsonElement s) && s[0].GetProperty("kind").GetString() == "inSource");
    }

    [Fact]
    public void The_page_of_rules_is_made_from_the_catalogue()
    {
        string page = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "docs", "audit-rules.md");
        Assert.Equal(File.ReadAllText(page), RulesPage.Markdown());
    }
}
