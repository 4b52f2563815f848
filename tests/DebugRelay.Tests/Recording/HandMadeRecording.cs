using System.Text;
using DebugRelay.Recording;

namespace DebugRelay.Tests.Recording;

/// <summary>A recording made without the recorder, so that an attacker of the tests can hold any of its keys.</summary>
internal sealed class HandMadeRecording
{
    private readonly RecordingIdentity _agent;

    public HandMadeRecording(
        TestPki pki, string folder, int segments = 4, string session = "4f1c", RecordingIdentity? agent = null, DateTimeOffset? time = null)
    {
        _agent = agent ?? pki.Agent;
        Folder = folder;
        Session = session;
        Time = time ?? TestPki.From.AddDays(10);
        Keys = [.. Enumerable.Range(0, segments).Select(_ => new SegmentKey())];
        Directory.CreateDirectory(Path.Combine(folder, "streams"));
        Write("agent.crt", _agent.ChainPem);
        for (var index = 0; index < segments; index++)
            WriteSegment(index);
    }

    public string Folder { get; }

    public string Session { get; }

    public DateTimeOffset Time { get; }

    public List<SegmentKey> Keys { get; }

    public string this[string name] => Path.Combine(Folder, name);

    public byte[] Read(string name) => File.ReadAllBytes(this[name]);

    public void Write(string name, byte[] bytes) => File.WriteAllBytes(this[name], bytes);

    public void Edit(string name, string from, string to)
    {
        var text = Encoding.Latin1.GetString(Read(name));
        Assert(text.Contains(from, StringComparison.Ordinal), name + " holds no " + from);
        Write(name, Encoding.Latin1.GetBytes(text.Replace(from, to, StringComparison.Ordinal)));
    }

    public void Flip(string name, int position)
    {
        var bytes = Read(name);
        bytes[position < 0 ? bytes.Length + position : position] ^= 1;
        Write(name, bytes);
    }

    public void Truncate(string name, int by)
    {
        var bytes = Read(name);
        Write(name, bytes[..^by]);
    }

    public void Delete(params string[] names)
    {
        foreach (var name in names)
        {
            Assert(File.Exists(this[name]), name + " is there");
            File.Delete(this[name]);
        }
    }

    public void DeleteSegment(int index) =>
        Delete($"{index:D4}.ndjson", $"{index:D4}.pub", $"{index:D4}.cert", $"{index:D4}.sig", $"{index:D4}.checkpoint");

    public void SwapSegments(int one, int other)
    {
        foreach (var extension in new[] { "ndjson", "pub", "cert", "sig", "checkpoint" })
        {
            var first = Read($"{one:D4}.{extension}");
            Write($"{one:D4}.{extension}", Read($"{other:D4}.{extension}"));
            Write($"{other:D4}.{extension}", first);
        }
    }

    /// <summary>Signs what a thief wants a checkpoint to say.</summary>
    public void Reseal(int index, SegmentKey signer, Func<Checkpoint, Checkpoint> change, bool withSignersKey = false, RecordingIdentity? certifier = null)
    {
        var checkpoint = change(Checkpoint.Parse(Read($"{index:D4}.checkpoint"))!);
        var bytes = checkpoint.Render();
        Write($"{index:D4}.checkpoint", bytes);
        Write($"{index:D4}.sig", signer.Sign(bytes));
        if (withSignersKey)
            Write($"{index:D4}.pub", signer.PublicPem);
        if (certifier is not null)
            Write($"{index:D4}.cert", certifier.Sign(SegmentKey.Statement(checkpoint.Host, checkpoint.Session, index, signer.PublicSha256)));
    }

    public string Head(int index) => Digest.Hex(Read($"{index:D4}.checkpoint"));

    private void WriteSegment(int index)
    {
        var key = Keys[index];
        var entries = Encoding.ASCII.GetBytes($"{{\"n\":{2 * index},\"body\":{{}}}}\n{{\"n\":{(2 * index) + 1},\"body\":{{}}}}\n");
        var piece = Encoding.ASCII.GetBytes(new string((char)('a' + index), 100));
        File.AppendAllBytes(this["streams/0001.nettrace"], piece);
        var isLast = index == Keys.Count - 1;
        var checkpoint = new Checkpoint(
            "pay-07", Session, index, Time.AddSeconds(5 * index).ToUnixTimeMilliseconds(), 2 * index, 2, Digest.Hex(entries),
            index == 0 ? Checkpoint.NoPrevious : Head(index - 1), Digest.Hex(_agent.ChainPem), isLast ? Checkpoint.Final : Keys[index + 1].PublicSha256,
            [new StreamPiece("0001.nettrace", 100 * index, 100, Digest.Hex(piece), isLast ? Digest.Hex(Read("streams/0001.nettrace")) : null)]).Render();
        Write($"{index:D4}.ndjson", entries);
        Write($"{index:D4}.pub", key.PublicPem);
        Write($"{index:D4}.cert", _agent.Sign(SegmentKey.Statement("pay-07", Session, index, key.PublicSha256)));
        Write($"{index:D4}.sig", key.Sign(checkpoint));
        Write($"{index:D4}.checkpoint", checkpoint);
    }

    private static void Assert(bool condition, string what) => Xunit.Assert.True(condition, what);
}
