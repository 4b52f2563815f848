using DebugRelay.Broker.State;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Recording;
using DebugRelay.Tests.Policy.Grants;
using Xunit;

namespace DebugRelay.Tests.Broker;

/// <summary>What was used stays used, whatever happens to the process that counted it.</summary>
public sealed class GrantLedgerTests : IDisposable
{
    private readonly DebugRelay.TestSupport.TemporaryFolder _folder = new();

    [Fact]
    public void A_use_is_on_disk_before_it_is_had()
    {
        (GrantFiles files, GrantDocument grant) = Grant(uses: 2);
        Assert.Equal(1, New().Take(files, grant).UsesLeft);
        Assert.Equal(0, New().Take(files, grant).UsesLeft);
        Assert.Equal(ErrorCode.UsedUp, Assert.Throws<ProtocolException>(() => New().Take(files, grant)).Code);
        Assert.NotNull(New().RestOf(files, grant).Problem);
    }

    [Fact]
    public void More_signatures_make_no_new_grant()
    {
        (GrantFiles files, GrantDocument grant) = Grant(uses: 1);
        New().Take(files, grant);
        Assert.Throws<ProtocolException>(() => New().Take(files with { Signatures = new byte[] { 1 } }, grant));
    }

    [Fact]
    public void What_was_not_carried_out_is_given_back_once()
    {
        (GrantFiles files, GrantDocument grant) = Grant(uses: 1, bytes: 100);
        GrantUse use = New().Take(files, grant);
        use.GiveBack();
        use.GiveBack();
        Assert.Equal((1, 100), (New().RestOf(files, grant).Uses, New().RestOf(files, grant).Bytes));
    }

    [Fact]
    public void Bytes_are_settled_when_the_operation_is_over()
    {
        (GrantFiles files, GrantDocument grant) = Grant(uses: 3, bytes: 100);
        GrantUse use = New().Take(files, grant);
        Assert.Equal(ErrorCode.UsedUp, Assert.Throws<ProtocolException>(() => New().Take(files, grant)).Code);
        use.Settle(40);
        Assert.Equal(60, New().Take(files, grant).Bytes);
    }

    [Fact]
    public void What_runs_when_the_broker_dies_counts_whole()
    {
        (GrantFiles files, GrantDocument grant) = Grant(uses: 3, bytes: 100);
        New().Take(files, grant);
        Assert.NotNull(New().RestOf(files, grant).Problem);
    }

    [Fact]
    public void A_state_that_cannot_be_read_or_written_opens_nothing()
    {
        (GrantFiles files, GrantDocument grant) = Grant(uses: 3);
        New().Take(files, grant);
        File.WriteAllText(_folder.File($"grants/{files.Sha256}"), "{");
        Assert.Equal(ErrorCode.Internal, Assert.Throws<ProtocolException>(() => New().Take(files, grant)).Code);
        File.WriteAllText(_folder.File("file"), "");
        var nowhere = new GrantLedger(new StateFolder(_folder.File("file/grants")));
        Assert.Throws<ProtocolException>(() => nowhere.Take(files, grant));
    }

    [Fact]
    public async Task Many_at_once_get_no_more_than_there_is()
    {
        (GrantFiles files, GrantDocument grant) = Grant(uses: 5);
        GrantLedger ledger = New();
        bool[] had = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() =>
        {
            try
            {
                ledger.Take(files, grant);
                return true;
            }
            catch (ProtocolException)
            {
                return false;
            }
        })));
        Assert.Equal(5, had.Count(each => each));
    }

    public void Dispose() => _folder.Dispose();

    private GrantLedger New() => new(new StateFolder(_folder.File("grants")));

    private static (GrantFiles Files, GrantDocument Grant) Grant(int uses, long? bytes = null)
    {
        GrantDocument grant = GrantSamples.Document with { Scope = GrantSamples.Scope with { Uses = uses, Bytes = bytes, Operations = [Operations.Trace] } };
        return (new GrantFiles(grant.ToUtf8(), new byte[] { 0 }), grant);
    }
}
