using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using Xunit;

namespace DebugRelay.Tests.Protocol;

public class FrameTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Frames_come_as_they_were_written_whatever_the_cuts()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        byte[] bytes = await BytesOfAsync(async w =>
        {
            await w.WriteAsync(FrameType.Notice, new Notice("closed", "bye"), ProtocolJson.Default.Notice, Cancellation);
            await w.WriteAsync(FrameType.Data, new byte[] { 1, 2, 3 }, Cancellation);
            await w.WriteAsync(FrameType.Data, ReadOnlyMemory<byte>.Empty, Cancellation);
        });
        Task<List<(FrameType, byte[])>> reading = ReadAllAsync(pipe.Reader);
        foreach (byte b in bytes)
            await pipe.Writer.WriteAsync(new[] { b }, Cancellation);
        await pipe.Writer.CompleteAsync();

        List<(FrameType Type, byte[] Payload)> frames = await reading;
        Assert.Equal([FrameType.Notice, FrameType.Data, FrameType.Data], frames.Select(f => f.Type));
        Assert.Equal([1, 2, 3], frames[1].Payload);
        Assert.Empty(frames[2].Payload);
    }

    [Theory]
    [InlineData(FrameType.Data, Limits.DataPayload)]
    [InlineData(FrameType.Hello, Limits.ControlPayload)]
    public async Task A_length_above_the_types_limit_is_refused_before_its_bytes_come(FrameType type, int limit)
    {
        ProtocolException e = await Assert.ThrowsAsync<ProtocolException>(() => ReadOneAsync(Header((uint)limit + 1, (byte)type)));
        Assert.Equal(ErrorCode.FrameTooLong, e.Code);
        e = await Assert.ThrowsAsync<ProtocolException>(() => ReadOneAsync(Header(uint.MaxValue, (byte)type)));
        Assert.Equal(ErrorCode.FrameTooLong, e.Code);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x40)]
    [InlineData(0xFF)]
    public async Task An_unknown_type_is_refused(byte type)
    {
        ProtocolException e = await Assert.ThrowsAsync<ProtocolException>(() => ReadOneAsync(Header(0, type)));
        Assert.Equal(ErrorCode.UnknownFrame, e.Code);
    }

    [Fact]
    public async Task A_frame_whose_writer_no_longer_waits_goes_out_whole_and_the_next_follows_it()
    {
        // A reader that is slow: the first frame fills the pipe, and its writer gives up waiting.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4096, resumeWriterThreshold: 1024));
        var writer = new FrameWriter(PipeWriter.Create(pipe.Writer.AsStream(), new StreamPipeWriterOptions(minimumBufferSize: 256)));
        byte[] long1 = [.. Enumerable.Range(0, 20_000).Select(i => (byte)i)];
        using var impatience = new CancellationTokenSource();
        Task first = writer.WriteAsync(FrameType.Data, long1, impatience.Token).AsTask();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Task second = writer.WriteAsync(FrameType.Data, new byte[] { 1, 2, 3 }, Cancellation).AsTask();
        Assert.False(second.IsCompleted);

        Task<List<(FrameType, byte[])>> reading = ReadAllAsync(pipe.Reader);
        await second;
        await pipe.Writer.CompleteAsync();
        List<(FrameType Type, byte[] Payload)> frames = await reading;
        Assert.Equal(2, frames.Count);
        Assert.Equal(long1, frames[0].Payload);
        Assert.Equal([1, 2, 3], frames[1].Payload);
    }

    [Fact]
    public async Task A_frame_that_has_not_had_its_turn_does_not_go_out_when_its_writer_gives_up()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1024, resumeWriterThreshold: 512));
        var writer = new FrameWriter(pipe.Writer);
        Task first = writer.WriteAsync(FrameType.Data, new byte[4096], Cancellation).AsTask();
        using var impatience = new CancellationTokenSource();
        Task second = writer.WriteAsync(FrameType.Data, new byte[] { 9 }, impatience.Token).AsTask();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        Task<List<(FrameType, byte[])>> reading = ReadAllAsync(pipe.Reader);
        await first;
        await pipe.Writer.CompleteAsync();
        Assert.Single(await reading);
    }

    [Fact]
    public async Task A_cut_frame_is_not_an_end()
    {
        byte[] whole = await BytesOfAsync(w => w.WriteAsync(FrameType.Data, new byte[] { 1, 2, 3 }, Cancellation));
        for (int length = 1; length < whole.Length; length++)
        {
            ProtocolException e = await Assert.ThrowsAsync<ProtocolException>(() => ReadOneAsync(whole[..length]));
            Assert.Equal(ErrorCode.Truncated, e.Code);
        }
        Assert.Null(await ReadOneAsync([]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"code":"a"}""")]
    [InlineData("""{"code":"a","message":null}""")]
    [InlineData("""{"code":"a","message":"b","more":1}""")]
    [InlineData("""{"code":"a","code":"a","message":"b"}""")]
    [InlineData("""{"code":"a","message":"b"} {}""")]
    [InlineData("""{"code":"a","message":"b" """)]
    public void A_message_of_another_form_is_refused(string json)
    {
        var frame = new Frame(FrameType.Notice, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(json)));
        ProtocolException e = Assert.Throws<ProtocolException>(() => frame.Read(ProtocolJson.Default.Notice));
        Assert.Equal(ErrorCode.BadMessage, e.Code);
    }

    /// <summary>What a taken-over peer could make another one fall over with, later than where it is read.</summary>
    [Fact]
    public void Nothing_is_read_that_the_message_does_not_allow()
    {
        Refuses(ProtocolJson.Default.Proof, """{"statement":"","signature":"","certificates":[null]}""");
        Refuses(ProtocolJson.Default.ProcessList, """{"processes":[null]}""");
        Refuses(ProtocolJson.Default.InboxReply, """{"letters":[null],"problem":null}""");
        Refuses(ProtocolJson.Default.Accepted, """{"number":1,"rule":"r","isolation":[null]}""");
        Refuses(ProtocolJson.Default.OperationEnd, """{"bytes":0,"sha256":"","partial":false,"code":null,"message":null,"scrubbed":{},"events":null,"scrubbedBy":{"p":null}}""");
        Refuses(ProtocolJson.Default.DumpLine, """{"report":{"bytes":0,"sha256":"","runtime":null,"heap":false,"reason":null,"options":[],"masked":{},"memory":{"m":null},"verified":null,"canaries":0,"isolation":[],"seconds":{},"risks":[]}}""");
        Refuses(ProtocolJson.Default.DumpLine, """{"report":{"bytes":0,"sha256":"","runtime":null,"heap":false,"reason":null,"options":[],"masked":{},"memory":{},"verified":null,"canaries":0,"isolation":[],"seconds":{"take":1e400},"risks":[]}}""");
        Refuses(ProtocolJson.Default.InboxCall, """{"action":77}""");
        Refuses(ProtocolJson.Default.InboxCall, """{"action":0}""");
        Refuses(ProtocolJson.Default.Job, """{"number":1,"kind":77}""");
    }

    [Fact]
    public async Task A_refusal_where_something_else_is_due_says_why()
    {
        byte[] bytes = await BytesOfAsync(w => w.RefuseAsync(new Refused(ErrorCode.Denied, "no role allows it"), Cancellation));
        var reader = new FrameReader(PipeReader.Create(new MemoryStream(bytes)));
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(async () => await reader.ExpectAsync(FrameType.Accepted, Cancellation));
        Assert.Equal(new Refused(ErrorCode.Denied, "no role allows it"), e.Refusal);
    }

    [Fact]
    public async Task A_writer_that_is_closed_waits_for_the_frame_at_hand_and_takes_no_other()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 8, resumeWriterThreshold: 4));
        var writer = new FrameWriter(pipe.Writer);
        Task writing = writer.WriteAsync(FrameType.Data, new byte[100], Cancellation).AsTask();
        Task closing = writer.DisposeAsync().AsTask();
        Assert.False(writing.IsCompleted || closing.IsCompleted);
        ReadResult read = await pipe.Reader.ReadAsync(Cancellation);
        pipe.Reader.AdvanceTo(read.Buffer.End);
        await Task.WhenAll(writing, closing);
        await Assert.ThrowsAsync<IOException>(() => writer.WriteAsync(FrameType.Data, new byte[1], Cancellation).AsTask());
    }

    private static void Refuses<T>(JsonTypeInfo<T> type, string json)
        where T : class
        => Assert.Equal(ErrorCode.BadMessage, Assert.Throws<ProtocolException>(() => ProtocolJson.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(json)), type)).Code);

    private static byte[] Header(uint length, byte type)
    {
        byte[] header = new byte[Frame.HeaderSize];
        BinaryPrimitives.WriteUInt32BigEndian(header, length);
        header[4] = type;
        return header;
    }

    private static async Task<Frame?> ReadOneAsync(byte[] bytes)
        => await new FrameReader(PipeReader.Create(new MemoryStream(bytes))).ReadAsync(Cancellation);

    private static async Task<byte[]> BytesOfAsync(Func<FrameWriter, ValueTask> write)
    {
        var stream = new MemoryStream();
        await using var writer = new FrameWriter(PipeWriter.Create(stream));
        await write(writer);
        return stream.ToArray();
    }

    private static async Task<List<(FrameType Type, byte[] Payload)>> ReadAllAsync(PipeReader input)
    {
        var frames = new List<(FrameType, byte[])>();
        var reader = new FrameReader(input);
        while (await reader.ReadAsync(Cancellation) is { } frame)
            frames.Add((frame.Type, frame.Payload.ToArray()));
        return frames;
    }
}
