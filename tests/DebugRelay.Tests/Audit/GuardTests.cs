using Xunit;

namespace DebugRelay.Tests.Audit;

/// <summary>Conditions under which a debug feature is harmless, and those which only look like it.</summary>
public class GuardTests
{
    [Theory]
    [InlineData("if (app.Environment.IsDevelopment()) { app.UseDeveloperExceptionPage(); }")]
    [InlineData("if (!env.IsDevelopment()) return; app.UseDeveloperExceptionPage();")]
    [InlineData("if (!env.IsDevelopment()) { throw new Exception(); } app.UseDeveloperExceptionPage();")]
    [InlineData("if (env.IsProduction()) { } else if (env.IsDevelopment()) { app.UseDeveloperExceptionPage(); }")]
    [InlineData("if (x && env.IsDevelopment()) app.UseDeveloperExceptionPage();")]
    [InlineData("if (!(x || !env.IsDevelopment())) app.UseDeveloperExceptionPage();")]
    [InlineData("var isDev = env.IsDevelopment(); if (isDev) app.UseDeveloperExceptionPage();")]
    [InlineData("if (env.IsEnvironment(\"Development\")) app.UseDeveloperExceptionPage();")]
    [InlineData("if (env.EnvironmentName == Environments.Development) app.UseDeveloperExceptionPage();")]
    [InlineData("if (string.Equals(env.EnvironmentName, \"development\", StringComparison.OrdinalIgnoreCase)) app.UseDeveloperExceptionPage();")]
    [InlineData("if (env.IsDevelopment() == true) app.UseDeveloperExceptionPage();")]
    [InlineData("switch (env.EnvironmentName) { case \"Development\": app.UseDeveloperExceptionPage(); break; }")]
    [InlineData("app.UseWhen(c => env.IsDevelopment(), b => b.UseDeveloperExceptionPage());")]
    [InlineData("var y = env.IsDevelopment() ? app.UseDeveloperExceptionPage() : app;")]
    [InlineData("#if DEBUG\napp.UseDeveloperExceptionPage();\n#endif")]
    [InlineData("class StartupDevelopment { void Configure(App app) { app.UseDeveloperExceptionPage(); } }")]
    [InlineData("class Startup { void ConfigureDevelopment(App app) { app.UseDeveloperExceptionPage(); } }")]
    [InlineData("class C { bool Dev => env.IsDevelopment(); void M() { if (Dev) app.UseDeveloperExceptionPage(); } }")]
    [InlineData("// app.UseDeveloperExceptionPage();")]
    [InlineData("var text = \"app.UseDeveloperExceptionPage();\";")]
    public void Guarded(string code) => Assert.DoesNotContain("DBG204", Rules(code));

    [Theory]
    [InlineData("app.UseDeveloperExceptionPage();")]
    [InlineData("if (x || env.IsDevelopment()) app.UseDeveloperExceptionPage();")]
    [InlineData("if (!env.IsDevelopment()) app.UseDeveloperExceptionPage();")]
    [InlineData("if (env.IsDevelopment()) { } app.UseDeveloperExceptionPage();")]
    [InlineData("if (env.IsDevelopment()) { } else { app.UseDeveloperExceptionPage(); }")]
    [InlineData("if (!env.IsDevelopment()) { log(); } app.UseDeveloperExceptionPage();")]
    [InlineData("if (!env.IsProduction()) app.UseDeveloperExceptionPage();")]
    [InlineData("if (env.IsEnvironment(\"Staging\")) app.UseDeveloperExceptionPage();")]
    [InlineData("if (name == \"Development\") app.UseDeveloperExceptionPage();")]
    [InlineData("var isDev = true; if (isDev) app.UseDeveloperExceptionPage();")]
    [InlineData("#if !RELEASE\napp.UseDeveloperExceptionPage();\n#endif")]
    [InlineData("switch (env.EnvironmentName) { case \"Development\": case \"Staging\": app.UseDeveloperExceptionPage(); break; }")]
    public void Open(string code) => Assert.Contains("DBG204", Rules(code));

    [Fact]
    public void A_guard_in_every_caller_counts_also_in_another_file()
    {
        using var folder = new AuditFolder();
        folder.Add("Pages.cs", "static class Pages { public static void AddPages(this App app) { app.UseDeveloperExceptionPage(); } }")
            .Add("Program.cs", "if (env.IsDevelopment()) { app.AddPages(); }");
        Assert.Empty(folder.Run().Open);
        folder.Add("Other.cs", "app.AddPages();");
        Assert.Equal("Pages.cs", Assert.Single(folder.Run().Open).Surface.Place.Path);
    }

    [Fact]
    public void A_caller_is_found_by_its_whole_word_whatever_longer_names_stand_before_it()
    {
        using var folder = new AuditFolder();
        folder.Add("Pages.cs", "static class Pages { public static void Add(this App app) { app.UseDeveloperExceptionPage(); } }")
            .Add("Program.cs", "app.AddMvc(); PreAdd(); if (env.IsDevelopment()) { app.AddPages(app => app.Add()); }")
            .Add("Others.cs", "app.AddPages(); Adder.Run(AddAll);");
        Assert.Empty(folder.Run().Open);
        folder.Add("Open.cs", "app.AddMvc(); Adds(); app .Add();");
        Assert.Equal("Pages.cs", Assert.Single(folder.Run().Open).Surface.Place.Path);
    }

    [Fact]
    public void Not_being_production_is_a_weak_guard_and_lowers_the_severity()
    {
        using var folder = new AuditFolder();
        var finding = Assert.Single(folder.Add("Program.cs", "if (!env.IsProduction()) app.UseDeveloperExceptionPage();").Run().Open);
        Assert.Equal(DebugRelay.Surfaces.Catalogue.Severity.Medium, finding.Surface.Severity);
    }

    private static string[] Rules(string code)
    {
        using var folder = new AuditFolder();
        return [.. folder.Add("Program.cs", code).Run().Open.Select(f => f.Surface.Rule.Id)];
    }
}
