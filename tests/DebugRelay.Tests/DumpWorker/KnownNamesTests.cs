using System.Buffers.Binary;
using System.Text;
using DebugRelay.DumpWorker.Regions;
using Xunit;

namespace DebugRelay.Tests.DumpWorker;

public sealed class KnownNamesTests
{
    /// <summary>Its lowest byte is a digit.</summary>
    private const ulong Pointer = 0x7f9c_8f47_fd30;

    private readonly KnownNames _names = new();

    public KnownNamesTests() => _names.Add("System.Private.CoreLib");

    [Theory]
    [InlineData("a secret", "a ******")]
    [InlineData("System secret!!!", "System ******!!!")]
    [InlineData("/usr/shaSystem01", "/usr/***********")]
    public void Words_of_no_name_are_masked_and_a_pointer_behind_them_stays(string text, string masked)
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(text), .. Word(Pointer), .. "tomorrow"u8, .. Word(0)];

        _names.MaskOthers(bytes, 0x1000, word => word == Pointer);

        Assert.Equal(masked, Encoding.ASCII.GetString(bytes, 0, text.Length));
        Assert.Equal(Pointer, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(text.Length)));
        Assert.Equal("********", Encoding.ASCII.GetString(bytes, text.Length + 8, 8));
    }

    [Fact]
    public void What_only_looks_like_the_end_of_a_text_is_masked_with_it()
    {
        byte[] bytes = [.. "the word"u8, .. "secret"u8, 0, 0];

        _names.MaskOthers(bytes, 0x1000, word => false);

        Assert.Equal("the **********", Encoding.ASCII.GetString(bytes, 0, 14));
    }

    [Fact]
    public void A_word_counts_as_pointer_only_where_pointers_lie()
    {
        byte[] bytes = [.. "the"u8, .. "word"u8, .. Word(Pointer), .. "secret"u8];

        _names.MaskOthers(bytes, 0x1000, word => word == Pointer);

        Assert.NotEqual(Pointer, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(7)));
    }

    private static byte[] Word(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}
