using System.Text;
using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>Byte arrays of an event: text in UTF-8, and in UTF-16 at an odd offset.</summary>
internal sealed class BytesEventLeak : Leak
{
    private readonly byte[] _utf8;
    private readonly byte[] _utf16;

    public BytesEventLeak(Secrets secrets)
    {
        string email = secrets.Plant("bytes-utf8", "cart owner e-mail", FreshSecret.Email());
        string card = secrets.Plant("bytes-utf16", "cart owner card", FreshSecret.CardInGroups());
        _utf8 = Encoding.UTF8.GetBytes($$"""{"owner":"{{email}}","items":3}""");
        _utf16 = [0x01, .. Encoding.Unicode.GetBytes($"pay with {card}")];
    }

    public override void OnOrder(Order order) => ShopEvents.Log.CartDumped(cart: 3, _utf8, _utf16);
}
