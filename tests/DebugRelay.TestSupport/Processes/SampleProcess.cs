using System.Security.Cryptography;
using System.Text.Json;

namespace DebugRelay.TestSupport.Processes;

/// <summary>A secret that a sample process leaks, and the surface (a word like <c>log-scope</c>) on which it does.</summary>
public sealed record PlantedSecret(string Name, string Value, string Surface);

/// <summary>The sample web shop as a real process that leaks on every surface, with the list of what it leaks.</summary>
public sealed class SampleProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;

    private SampleProcess(TemporaryFolder folder, TestProcess process, Uri url, string secretsFile, SecretList list)
    {
        _folder = folder;
        Process = process;
        Url = url;
        SecretsFile = secretsFile;
        Secrets = list.Secrets;
        Harmless = list.Harmless;
    }

    public TestProcess Process { get; }

    public int Id => Process.Id;

    /// <summary>The shop's address, as its ready line gives it.</summary>
    public Uri Url { get; }

    public string SecretsFile { get; }

    /// <summary>Everything this run leaks.</summary>
    public IReadOnlyList<PlantedSecret> Secrets { get; }

    /// <summary>Texts in its events that a scrub must leave alone.</summary>
    public IReadOnlyList<string> Harmless { get; }

    /// <summary>Starts it with a secret on its command line and one in its environment, and waits until it is ready.</summary>
    public static async Task<SampleProcess> StartAsync(params string[] moreArguments)
    {
        var folder = new TemporaryFolder();
        string secretsFile = folder.File("secrets.json");
        string[] arguments = ["--secrets", secretsFile, $"--payment-key={FreshKey()}", "--exit-with-parent", .. moreArguments];
        var environment = new Dictionary<string, string?> { ["SHOP_DATABASE_PASSWORD"] = FreshKey() };
        TestProcess process = TestProcess.Start(BuiltPrograms.Sample, arguments, environment);
        try
        {
            string ready = await process.WaitForOutputAsync(line => line.StartsWith("{\"ready\":true", StringComparison.Ordinal));

            // The list is whole before the ready line, or nobody could trust a search for what is in it.
            return new SampleProcess(folder, process, UrlOf(ready), secretsFile, await SecretList.ReadAsync(secretsFile));
        }
        catch
        {
            await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Dispose();
    }

    private static string FreshKey() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static Uri UrlOf(string readyLine)
    {
        using var line = JsonDocument.Parse(readyLine);
        return new Uri(line.RootElement.GetProperty("url").GetString()!);
    }

    private sealed record SecretList(PlantedSecret[] Secrets, string[] Harmless)
    {
        public static async Task<SecretList> ReadAsync(string path) =>
            JsonSerializer.Deserialize<SecretList>(await File.ReadAllTextAsync(path), JsonSerializerOptions.Web)!;
    }
}
