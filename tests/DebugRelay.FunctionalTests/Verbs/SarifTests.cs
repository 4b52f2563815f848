using System.Runtime.CompilerServices;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Verbs;

/// <summary>SARIF reports, held against the published schema by a validator that we did not write.</summary>
public sealed class SarifTests
{
    private const string NoValidator = "the SARIF validator is not here: tests/install-sarif-multitool.sh artifacts/sarif-multitool brings it";

    public static bool HasValidator => File.Exists(Validator());

    [Fact(Skip = NoValidator, SkipUnless = nameof(HasValidator))]
    public async Task A_report_is_valid_sarif()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("my app"));
        File.WriteAllText(folder.File("my app/Dockerfile"), $"""
            FROM mcr.example/dotnet/sdk:10.0
            ENV ASPNETCORE_ENVIRONMENT=Development
            # debugrelay:ignore DBG111 owner=team until={DateTime.UtcNow.AddDays(30):yyyy-MM-dd} reason="for the \"test\""
            ENV DOTNET_DbgEnableMiniDump=1
            """);
        File.WriteAllText(folder.File("web.config"), "<broken");
        string report = folder.File("report.sarif");
        await using TestProcess audit = await TestProcess.RunAsync(BuiltPrograms.Client, ["audit", folder.Path, "--format", "sarif", "-o", report], RelayHost.NoDiagnostics);
        Assert.Equal(4, audit.ExitCode);
        await using TestProcess validator = await TestProcess.RunAsync(Validator(), ["validate", report]);
        Assert.True(validator.ExitCode == 0, validator.Output.Text + validator.Errors.Text);
        Assert.DoesNotContain(": error ", validator.Output.Text, StringComparison.Ordinal);

        // The validator does see what is wrong.
        File.WriteAllText(report, File.ReadAllText(report).Replace("\"startLine\": ", "\"startLine\": -", StringComparison.Ordinal));
        await using TestProcess wrong = await TestProcess.RunAsync(Validator(), ["validate", report]);
        Assert.Contains(": error ", wrong.Output.Text, StringComparison.Ordinal);
    }

    private static string Validator([CallerFilePath] string here = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "artifacts", "sarif-multitool", "package", "Sarif.Multitool"));
}
