using System.Buffers;
using DebugRelay.Cli.Commands;
using DebugRelay.Cli.Failures;
using DebugRelay.TestSupport;
using Xunit;

namespace DebugRelay.Tests.Cli.Commands;

public sealed class ResultFileTests : IDisposable
{
    private static readonly ReadOnlySequence<byte> Bytes = new("bytes"u8.ToArray());

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_whole_file_has_its_name_and_only_its_owner_may_read_it()
    {
        string path = _folder.File("t.nettrace");
        await using (ResultFile file = ResultFile.Create(path, overwrite: false))
        {
            await file.AppendAsync(Bytes, TestContext.Current.CancellationToken);
            await file.FinishAsync();
        }

        Assert.Equal("bytes", File.ReadAllText(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task What_is_not_whole_says_so_in_its_name()
    {
        await using (ResultFile file = ResultFile.Create(_folder.File("t.nettrace"), overwrite: false))
            await file.AppendAsync(Bytes, TestContext.Current.CancellationToken);

        Assert.Equal([_folder.File("t.partial.nettrace")], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task An_empty_file_is_not_kept()
    {
        await using (ResultFile.Create(_folder.File("t.nettrace"), overwrite: false))
        {
            // Nothing came.
        }

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("t.nettrace")]
    [InlineData("t.partial.nettrace")]
    public void Another_file_is_not_overwritten(string existing)
    {
        _folder.WriteFile(existing, "mine");

        Assert.Throws<UsageException>(() => ResultFile.Create(_folder.File("t.nettrace"), overwrite: false));
        Assert.Equal("mine", File.ReadAllText(_folder.File(existing)));
    }

    [Fact]
    public async Task With_force_the_old_file_stays_until_the_new_one_is_whole()
    {
        string path = _folder.WriteFile("t.nettrace", "old");
        await using ResultFile file = ResultFile.Create(path, overwrite: true);
        await file.AppendAsync(Bytes, TestContext.Current.CancellationToken);
        Assert.Equal("old", File.ReadAllText(path));

        await file.FinishAsync();
        Assert.Equal("bytes", File.ReadAllText(path));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_said_early()
        => Assert.Throws<UsageException>(() => ResultFile.Check(_folder.File("no/t.nettrace"), overwrite: false));
}
