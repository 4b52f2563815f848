using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;

namespace DebugRelay.FunctionalTests.Scrubbing;

/// <summary>Hosts with a scrub profile of their own.</summary>
internal static class ProfileHost
{
    /// <summary>What the sample's tags and listeners are asked for; it may be asked of it under the profiles here.</summary>
    public const string TagSpec = "[AS]DebugRelay.Sample.Shop/Stop:-DisplayName;Tags=TagObjects.*Enumerate";

    /// <summary>The same for its DiagnosticListener.</summary>
    public const string ListenerSpec = "DebugRelay.Sample.Payments/Charge:-Product;Payer;Password";

    private const string Bridge = "Microsoft-Diagnostics-DiagnosticSource";

    /// <summary>Providers that carry every surface of the sample, as `--providers` takes them.</summary>
    public const string Providers =
        "DebugRelay-Sample-Shop:ffffffffffffffff:5:EventCounterIntervalSec=1,Microsoft-Extensions-Logging:e:5,Microsoft-Windows-DotNETRuntime:8000:4,System.Net.Http,"
        + $"System.Diagnostics.Metrics:2:4:Metrics=DebugRelay.Sample;SessionId=scrub;RefreshInterval=1,{Bridge}:2:5:FilterAndPayloadSpecs=\"{TagSpec}\\n{ListenerSpec}\"";

    /// <summary>A profile's text: its own members, and the arguments that may be sent.</summary>
    public static string Profile(string members) => $$"""
        {
          {{members}}
          "providerArguments": { "{{Bridge}}": { "FilterAndPayloadSpecs": ["{{TagSpec}}", "{{ListenerSpec}}"] } },
        }
        """;

    /// <summary>Starts a host that scrubs by this profile.</summary>
    public static Task<RelayHost> StartAsync(string profile, string? temporaryFolder = null)
        => RelayHost.StartAsync(prepare: folder => Write(folder, profile), temporaryFolder: temporaryFolder);

    /// <summary>Writes scrub.json into a folder that holds an agent.json, which then names it.</summary>
    public static void Write(TemporaryFolder folder, string profile)
    {
        folder.WriteFile("scrub.json", profile);
        string configuration = File.ReadAllText(folder.File("agent.json"));
        folder.WriteFile("agent.json", configuration.Replace("\"scrub\": \"default\"", "\"scrub\": \"scrub.json\"", StringComparison.Ordinal));
    }
}
