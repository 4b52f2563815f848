using DebugRelay.Sample;
using DebugRelay.Sample.Leaks;
using DebugRelay.Sample.Shop;

if (!SampleOptions.TryParse(args, out SampleOptions options, out string? mistake))
{
    await Console.Error.WriteLineAsync($"{mistake}\n{SampleOptions.Usage}");
    return 2;
}

var secrets = new Secrets();
await using WebApplication shop = ShopServer.Build();
Leak[] leaks = Leak.PlantAll(secrets, options, shop.Services);
secrets.DeclareHarmless([.. Catalogue.Products, .. Catalogue.OrderIds, Catalogue.Note]);

// Whoever searches for the secrets later must know all of them before the first one leaks.
if (options.SecretsFile is { } file && !secrets.TryWriteTo(file, out mistake))
{
    await Console.Error.WriteLineAsync(mistake);
    return 1;
}

ShopServer.Map(shop, leaks);
await shop.StartAsync();
Lifetime.EndWithParent(shop, options);
Burst.Start(shop, options);
Lifetime.SayReady(shop);
await Visitors.KeepComingAsync(shop, leaks, options.RequestsPerSecond);
await shop.StopAsync();
return 0;
