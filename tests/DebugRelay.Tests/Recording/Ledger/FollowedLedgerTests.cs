using System.Text;
using DebugRelay.Recording;
using Xunit;

namespace DebugRelay.Tests.Recording.Ledger;

/// <summary>A ledger that is read elsewhere, with nothing kept but a few hashes.</summary>
public sealed class FollowedLedgerTests : IDisposable
{
    private readonly DebugRelay.TestSupport.TemporaryFolder _folder = new();

    private string Folder => LedgerNames.Folder(_folder.Path, LedgerNames.Agent);

    [Fact]
    public async Task Lines_are_taken_in_their_order_and_heads_hold_at_their_size()
    {
        await WriteAsync(20);
        LedgerHead head = LedgerReader.ReadHead(Folder)!;
        string key = LedgerReader.ReadKey(Folder);
        byte[][] lines = [.. LedgerReader.ReadLinesOf(Folder, 0)];
        FollowedLedger followed = FollowedLedger.Empty;
        foreach (byte[] line in lines)
        {
            Assert.NotNull(followed.Problem(head, key));
            Assert.Equal(FollowedLine.Next, followed.Take(line, out LedgerEntry? entry, out FollowedLedger next));
            Assert.Equal(followed.Size, entry!.Counter);
            followed = next;
        }
        Assert.Null(followed.Problem(head, key));
        Assert.Equal(FollowedLine.Earlier, followed.Take(lines[3], out _, out _));
    }

    [Fact]
    public async Task What_does_not_follow_is_not_taken()
    {
        await WriteAsync(5);
        byte[][] lines = [.. LedgerReader.ReadLinesOf(Folder, 0)];
        FollowedLedger.Empty.Take(lines[0], out _, out FollowedLedger one);
        Assert.Equal(FollowedLine.Later, one.Take(lines[2], out _, out FollowedLedger same));
        Assert.Same(one, same);
        Assert.Equal(FollowedLine.None, one.Take(lines[1].AsMemory(0, lines[1].Length - 1), out _, out _));
        Assert.Equal(FollowedLine.None, one.Take("{}\n"u8.ToArray(), out _, out _));
        byte[] other = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(lines[1]).Replace("\"previous\":\"", "\"previous\":\"0", StringComparison.Ordinal));
        Assert.Equal(FollowedLine.Other, one.Take(other, out _, out _));
    }

    [Fact]
    public async Task A_changed_last_line_and_another_key_are_found_by_the_head()
    {
        await WriteAsync(3);
        LedgerHead head = LedgerReader.ReadHead(Folder)!;
        string key = LedgerReader.ReadKey(Folder);
        byte[][] lines = [.. LedgerReader.ReadLinesOf(Folder, 0)];
        lines[^1] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(lines[^1]).Replace("done", "gone", StringComparison.Ordinal));
        FollowedLedger followed = FollowedLedger.Empty;
        foreach (byte[] line in lines)
            followed.Take(line, out _, out followed);
        Assert.Contains("is not that of the entries that are here", followed.Problem(head, key), StringComparison.Ordinal);
        using var stranger = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        Assert.Contains("another key", followed.Problem(head, stranger.ExportSubjectPublicKeyInfoPem() + "\n"), StringComparison.Ordinal);
        // Where the beginning is gone, the chain holds from there on, and no root can be judged.
        FollowedLedger late = FollowedLedger.From(2);
        Assert.Equal(FollowedLine.Next, late.Take(lines[2], out _, out late));
        Assert.Null(late.Subtrees);
    }

    public void Dispose() => _folder.Dispose();

    private async Task WriteAsync(int sessions)
    {
        await using HostLedger ledger = await HostLedger.OpenAsync(_folder.Path, LedgerNames.Agent, "test-host", "1.0", TimeProvider.System);
        for (int i = 0; i < sessions; i++)
        {
            await ledger.OpenSessionAsync($"s-{i}", "spiffe://corp.example/eng/alice", null, null, null);
            await ledger.CloseSessionAsync($"s-{i}", new LedgerClose("done", 0, null));
        }
        await ledger.PublishAsync();
    }
}
