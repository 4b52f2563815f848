using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace DebugRelay.Tests.Architecture;

/// <summary>Who may know whom. Between projects the compiler sees to it; that nobody adds a reference, and how folders lean on each other, is held here.</summary>
public partial class DependencyTests
{
    private static readonly Dictionary<string, string[]> Projects = new()
    {
        ["Protocol"] = [],
        ["Policy"] = [],
        ["NetTrace"] = [],
        ["Recording"] = [],
        ["Fleet"] = ["Policy", "Recording"],
        ["Surfaces"] = [],
        ["Audit"] = ["Surfaces"],
        ["Scrubbing"] = ["NetTrace"],
        ["Agent"] = ["Protocol", "Policy", "Recording"],
        ["Broker"] = ["Protocol", "Policy", "Recording", "Surfaces"],
        ["Worker"] = ["Protocol", "Scrubbing"],
        ["DumpWorker"] = ["Protocol", "Scrubbing"],
        ["Cli"] = ["Protocol", "Policy", "Recording", "Scrubbing", "Audit", "Fleet"],
        ["Shipper"] = ["Protocol", "Policy", "Recording", "Fleet"],
        ["Sample"] = [],
    };

    /// <summary>From the outermost folder to the innermost: a folder uses those after it, never one before it.</summary>
    private static readonly Dictionary<string, string[]> Folders = new()
    {
        ["Agent"] = ["Install", "Hosting", "Sessions", "Access", "BrokerLink", "Transport", "Observability"],
        ["Broker"] = ["Hosting", "Surfaces", "Sessions", "Dumps", "Workers", "Gate", "State", "Targets"],
        ["Cli"] = ["Commands", "Tui", "ViewModels", "Forwarding", "Observing", "Connection", "Text", "Failures", "Pki"],
        ["DumpWorker"] = ["Taking", "Verifying", "Heap", "Regions", "Clr", "Output", "Elf"],
        ["Audit"] = ["Output", "Assemblies", "Source", "Files", "Suppressions", "Formats", "Scanning"],
        ["Surfaces"] = ["Inventory", "Judges", "Findings", "Catalogue"],
        ["Policy"] = ["Configuration", "Reviews", "Grants", "Revocation", "Proofs", "Rules", "Cms", "Identity", "Json", "Schemas"],
        ["Recording"] = ["Report", "Review", "Verifying", "Writing", "Format"],
    };

    /// <summary>The host's programs do without the libraries that drag a JIT, a native helper or a parser of hostile files along.</summary>
    private static readonly string[] ClientsAlone = ["Microsoft.Diagnostics.Tracing.TraceEvent", "Microsoft.Diagnostics.NETCore.Client", "Terminal.Gui", "System.CommandLine"];

    public static TheoryData<string> ProjectNames => [.. Projects.Keys];

    public static TheoryData<string> LayeredProjects => [.. Folders.Keys];

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void A_project_refers_to_those_it_may(string project)
    {
        XDocument file = XDocument.Load(Path.Combine(Source(project), $"DebugRelay.{project}.csproj"));
        string[] referred = [.. file.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)["DebugRelay.".Length..])];
        Assert.Empty(referred.Except(Projects[project]));
        if (project is not ("Cli" or "Sample"))
            Assert.Empty(file.Descendants("PackageReference").Select(p => p.Attribute("Include")!.Value).Intersect(ClientsAlone));
    }

    [Fact]
    public void Every_project_of_src_is_known_here()
        => Assert.Equal(Projects.Keys.Order(), Directory.GetDirectories(Source("")[..^"DebugRelay.".Length]).Select(d => Path.GetFileName(d)["DebugRelay.".Length..]).Order());

    [Theory]
    [MemberData(nameof(LayeredProjects))]
    public void A_folder_leans_on_those_below_it(string project)
    {
        string[] order = Folders[project];
        var wrong = new List<string>();
        for (int i = 0; i < order.Length; i++)
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(Source(project), order[i]), "*.cs", SearchOption.AllDirectories))
            {
                foreach (Match use in UseOfFolder().Matches(File.ReadAllText(file)))
                {
                    if (use.Groups["project"].Value == project && Array.IndexOf(order, use.Groups["folder"].Value) is >= 0 and var used && used < i)
                        wrong.Add($"{Path.GetFileName(file)} in {order[i]} uses {order[used]}");
                }
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void What_the_screens_show_knows_nothing_of_how_it_is_drawn()
    {
        string folder = Path.Combine(Source("Cli"), "ViewModels");
        string[] files = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain("TerminalGui::", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.All(files, file => Assert.DoesNotContain("using DebugRelay.Cli.Connection", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public void No_source_names_a_path_of_a_machine()
    {
        foreach (string file in Directory.EnumerateFiles(Source("")[..^"DebugRelay.".Length], "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal)))
            Assert.DoesNotContain("/root/", File.ReadAllText(file), StringComparison.Ordinal);
    }

    private static string Source(string project, [CallerFilePath] string here = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "src", $"DebugRelay.{project}"));

    [GeneratedRegex(@"using (static )?DebugRelay\.(?<project>\w+)\.(?<folder>\w+)")]
    private static partial Regex UseOfFolder();
}
