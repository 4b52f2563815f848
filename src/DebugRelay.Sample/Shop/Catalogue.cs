namespace DebugRelay.Sample.Shop;

/// <summary>An order as it is placed; nothing in it is private.</summary>
internal sealed record Order(string Id, string Product, double Amount);

/// <summary>What the shop sells. All of it is harmless and must survive a scrub.</summary>
internal static class Catalogue
{
    public const string Note = "Please leave it with the porter";

    public static readonly string[] Products = ["Blue Heron Teapot", "Walnut Chopping Board", "Linen Apron", "Copper Milk Pan"];

    public static readonly string[] OrderIds = ["order-north-17", "order-south-23", "order-harbour-42", "order-garden-58", "order-mill-64"];

    /// <summary>The order that the visitor of this number places: all ids and products come round.</summary>
    public static Order OrderOf(int visitor) =>
        new(OrderIds[visitor % OrderIds.Length], Products[visitor % Products.Length], 19.5 + (visitor % 7));
}
