using System.Globalization;
using System.Net;
using DebugRelay.Sample.Leaks;
using Microsoft.AspNetCore.HttpLogging;

namespace DebugRelay.Sample.Shop;

/// <summary>The web shop: a list of products, and orders, each of which gives every leak its turn.</summary>
internal static class ShopServer
{
    public static WebApplication Build()
    {
        // Empty: no settings of the folder or of the environment change what the sample does, and the console stays quiet.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        builder.Logging.AddEventSourceLogger();
        builder.Services.AddRoutingCore();
        builder.Services.AddHttpLogging(LogHeaders);
        builder.Services.AddSingleton<ShopMetrics>();
        return builder.Build();
    }

    public static void Map(WebApplication shop, Leak[] leaks)
    {
        ShopMetrics metrics = shop.Services.GetRequiredService<ShopMetrics>();
        shop.UseHttpLogging();
        shop.MapGet("/products", context => context.Response.WriteAsync(string.Join('\n', Catalogue.Products)));
        shop.MapPost("/orders/{visitor}", context =>
        {
            Order order = Catalogue.OrderOf(int.Parse((string)context.Request.RouteValues["visitor"]!, CultureInfo.InvariantCulture));
            foreach (Leak leak in leaks) leak.OnOrder(order);
            metrics.Count(order);
            return context.Response.WriteAsync(order.Id);
        });
    }

    private static void LogHeaders(HttpLoggingOptions logging)
    {
        logging.LoggingFields = HttpLoggingFields.RequestHeaders;
        logging.RequestHeaders.UnionWith(RequestHeaderLeak.Headers);
    }
}
