using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>The sample service: a web shop whose events carry secrets, made up anew in each run and listed in a file.</summary>
internal sealed class SampleShop : IAsyncDisposable
{
    private readonly DemoProcess _process;

    private SampleShop(DemoProcess process, SampleSecrets secrets) => (_process, Secrets) = (process, secrets);

    public int Pid => _process.Id;

    /// <summary>What it lets out, and what must survive a scrub.</summary>
    public SampleSecrets Secrets { get; }

    /// <param name="folder">A private folder for the list of secrets.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<SampleShop> StartAsync(string folder, CancellationToken cancellation)
    {
        string list = Path.Combine(folder, "secrets.json");
        string[] arguments = ["--secrets", list, $"--payment-key={RandomNumberGenerator.GetHexString(40, lowercase: true)}", "--exit-with-parent"];
        var environment = new Dictionary<string, string> { ["SHOP_DATABASE_PASSWORD"] = RandomNumberGenerator.GetHexString(24, lowercase: true) };
        (DemoProcess process, _) = await DemoProcess.StartAsync("debugrelay-sample", arguments, environment, cancellation);
        try
        {
            return new SampleShop(process, SampleSecrets.Load(list));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}

/// <summary>The sample's list of what it leaks.</summary>
/// <param name="Secrets">Each a value that must not be found anywhere.</param>
/// <param name="Harmless">Texts that must still be there.</param>
internal sealed record SampleSecrets(SampleSecret[] Secrets, string[] Harmless)
{
    /// <summary>Ways out of the process.</summary>
    public int Surfaces => Secrets.Select(secret => secret.Surface).Distinct().Count();

    /// <exception cref="LocalException">The sample wrote no such list.</exception>
    public static SampleSecrets Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), DemoJson.Default.SampleSecrets)!;
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            throw new LocalException($"the sample's list of secrets cannot be read: {error.Message}", null, error);
        }
    }
}

/// <summary>One secret.</summary>
/// <param name="Name">What it is, for people.</param>
/// <param name="Value">Itself; never shown.</param>
/// <param name="Surface">The way on which it gets out.</param>
internal sealed record SampleSecret(string Name, string Value, string Surface);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SampleSecrets))]
[JsonSerializable(typeof(DemoHost.Listening))]
internal sealed partial class DemoJson : JsonSerializerContext;
