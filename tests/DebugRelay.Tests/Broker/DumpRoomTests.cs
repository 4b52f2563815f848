using DebugRelay.Broker.Dumps;
using DebugRelay.Protocol;
using DebugRelay.TestSupport;
using Xunit;

namespace DebugRelay.Tests.Broker;

/// <summary>A dump for which the host has no room is refused before its target is stopped.</summary>
public sealed class DumpRoomTests
{
    [Fact]
    public void A_dump_that_fits_twice_is_let_and_a_larger_one_is_refused_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        long free = new DriveInfo(folder.Path).AvailableFreeSpace;
        DumpRoom.Check(folder.Path, 1);
        // Half of the disk twice, and what is to stay free.
        ProtocolException refused = Assert.Throws<ProtocolException>(() => DumpRoom.Check(folder.Path, free / 2));
        Assert.Equal(ErrorCode.Storage, refused.Code);
        Assert.Contains("ask for a smaller type", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_smaller_type_needs_less()
    {
        long mini = DumpRoom.Largest(Environment.ProcessId, DumpTypes.Mini), heap = DumpRoom.Largest(Environment.ProcessId, DumpTypes.Heap), full = DumpRoom.Largest(Environment.ProcessId, DumpTypes.Full);
        Assert.True(mini < heap && heap < full, $"{mini} {heap} {full}");
        Assert.Equal(mini, DumpRoom.Largest(Environment.ProcessId, DumpTypes.Triage));
    }
}
