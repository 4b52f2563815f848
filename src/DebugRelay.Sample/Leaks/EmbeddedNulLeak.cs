using DebugRelay.Sample.Shop;

namespace DebugRelay.Sample.Leaks;

/// <summary>A string that goes on behind a NUL: readers stop at the NUL, the trace holds the rest all the same.</summary>
internal sealed class EmbeddedNulLeak(Secrets secrets) : Leak
{
    private readonly string _email = secrets.Plant("embedded-nul", "voucher owner e-mail", FreshSecret.Email());

    public override void OnOrder(Order order) => ShopEvents.Log.VoucherPrinted(order.Id, $"voucher for\0{_email}");
}
