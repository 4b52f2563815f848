using System.Security.Cryptography;
using System.Text;
using DebugRelay.Policy;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using Xunit;

namespace DebugRelay.Tests.Policy.Proofs;

public sealed class SignedRequestTests : IDisposable
{
    private readonly ECDsa _pair = EphemeralKey.NewPair();

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void A_request_comes_back_as_it_was_asked()
    {
        ProofResult<OperationRequest> result = Verify(SignedRequest.Create(_pair, Trace()));

        Assert.True(result.IsValid, result.Message);
        OperationRequest request = result.Value;
        Assert.Equal(("trace", "s-1", 7UL, "db-1", "slow"), (request.Operation, request.Session, request.Number, request.Host, request.Reason));
        Assert.Equal(new RequestTarget(42, 123_456), request.Target);
        Assert.Equal((256, true, 30), (request.Parameters!.BufferMegabytes, request.Parameters.Rundown, request.Parameters.DurationSeconds));
        Assert.Equal(Trace().Parameters!.Providers, request.Parameters.Providers);
        Assert.False(request.Unscrubbed);
    }

    [Fact]
    public void A_request_of_the_host_has_no_target()
    {
        OperationRequest? request = Verify(SignedRequest.Create(_pair, List() with { Unscrubbed = true })).Value;

        Assert.NotNull(request);
        Assert.True(request.Unscrubbed);
        Assert.Null(request.Target);
        Assert.Null(request.Parameters);
    }

    [Fact]
    public void Another_session_host_or_key_is_refused()
    {
        SignedRequest signed = SignedRequest.Create(_pair, Trace());
        using ECDsa other = EphemeralKey.NewPair();

        Assert.Equal(ProofFailure.WrongSession, signed.Verify(EphemeralKey.Of(_pair), "s-2", "db-1").Failure);
        Assert.Equal(ProofFailure.WrongHost, signed.Verify(EphemeralKey.Of(_pair), "s-1", "db-2").Failure);
        Assert.Equal(ProofFailure.SignatureInvalid, signed.Verify(EphemeralKey.Of(other), "s-1", "db-1").Failure);
        Assert.True(SignedRequest.Create(_pair, Trace() with { Host = null }).Verify(EphemeralKey.Of(_pair), "s-1", "any").IsValid);
    }

    [Fact]
    public void No_changed_byte_gets_through()
    {
        SignedRequest signed = SignedRequest.Create(_pair, Trace());

        for (int i = 0; i < signed.Request.Length; i++) Assert.Equal(ProofFailure.SignatureInvalid, Verify(signed with { Request = Flipped(signed.Request, i) }).Failure);
        for (int i = 0; i < signed.Signature.Length; i++) Assert.Equal(ProofFailure.SignatureInvalid, Verify(signed with { Signature = Flipped(signed.Signature, i) }).Failure);
    }

    [Fact]
    public void Whitespace_and_order_are_part_of_what_was_signed()
    {
        SignedRequest signed = SignedRequest.Create(_pair, Trace());
        string text = Encoding.UTF8.GetString(signed.Request.Span);

        Assert.Equal(ProofFailure.SignatureInvalid, Verify(signed with { Request = Encoding.UTF8.GetBytes(text + " ") }).Failure);
        Assert.Equal(ProofFailure.SignatureInvalid, Verify(signed with { Request = Encoding.UTF8.GetBytes(text.Replace(":", ": ", StringComparison.Ordinal)) }).Failure);
    }

    [Fact]
    public void Empty_and_huge_requests_and_signatures_are_refused()
    {
        SignedRequest signed = SignedRequest.Create(_pair, Trace());

        Assert.Equal(ProofFailure.Malformed, Verify(signed with { Request = new byte[Limits.RequestBytes + 1] }).Failure);
        Assert.Equal(ProofFailure.SignatureInvalid, Verify(signed with { Request = ReadOnlyMemory<byte>.Empty }).Failure);
        Assert.Equal(ProofFailure.SignatureInvalid, Verify(signed with { Signature = ReadOnlyMemory<byte>.Empty }).Failure);
        Assert.Equal(ProofFailure.SignatureInvalid, Verify(signed with { Signature = new byte[Limits.SignatureBytes + 1] }).Failure);
    }

    [Fact]
    public void A_well_signed_text_that_is_no_request_is_malformed()
    {
        foreach (string text in new[] { "", "{}", "[]", "null", "{\"version\":1", "\u0000", "{\"version\":1,\"purpose\":\"debugrelay session statement\"}" })
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            var signed = new SignedRequest(bytes, _pair.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
            Assert.Equal(ProofFailure.Malformed, Verify(signed).Failure);
        }
    }

    [Theory]
    [InlineData("\"number\":7", "\"number\":0", "number")]
    [InlineData("\"number\":7", "\"number\":-7", "number")]
    [InlineData("\"number\":7", "\"number\":7.0", "number")]
    [InlineData("\"number\":7", "\"number\":7e0", "number")]
    [InlineData("\"number\":7", "\"number\":\"7\"", "number")]
    [InlineData("\"number\":7", "\"number\":9007199254740992", "number")]
    [InlineData("\"number\":7", "\"number\":18446744073709551623", "number")]
    [InlineData("\"number\":7", "\"number\":7,\"number\":8", "number")]
    [InlineData("\"number\":7", "\"number\":7,\"Number\":8", "Number")]
    [InlineData("\"operation\":\"trace\"", "\"operation\":\"Trace\"", "operation")]
    [InlineData("\"operation\":\"trace\"", "\"operation\":\"unscrubbed\"", "operation")]
    [InlineData("\"operation\":\"trace\"", "\"operation\":\"profiler.attach\"", "operation")]
    [InlineData("\"operation\":\"trace\"", "\"operation\":\"process.list\"", "document")]
    [InlineData("\"operation\":\"trace\"", "\"operation\":\"dump.mini\"", "document")]
    [InlineData("\"operation\":\"trace\"", "\"operation\":\"trace\",\"unscrubbed\":1", "unscrubbed")]
    [InlineData("\"pid\":42", "\"pid\":0", "target.pid")]
    [InlineData("\"pid\":42", "\"pid\":-1", "target.pid")]
    [InlineData("\"pid\":42", "\"pid\":2147483648", "target.pid")]
    [InlineData("\"pid\":42", "\"name\":\"x\",\"pid\":42", "target.name")]
    [InlineData("\"bufferMB\":256", "\"bufferMB\":0", "parameters.bufferMB")]
    [InlineData("\"bufferMB\":256", "\"bufferMB\":1025", "parameters.bufferMB")]
    [InlineData("\"bufferMB\":256", "\"bufferMb\":256", "parameters")]
    [InlineData("\"durationSeconds\":30", "\"durationSeconds\":86401", "parameters.durationSeconds")]
    [InlineData("\"rundown\":true", "\"rundown\":null", "parameters.rundown")]
    [InlineData("\"level\":5", "\"level\":6", "parameters.providers[1].level")]
    [InlineData("\"0xffffffffffffffff\"", "\"0xfffffffffffffffff\"", "parameters.providers[1].keywords")]
    [InlineData("\"0xffffffffffffffff\"", "\"0x\"", "parameters.providers[1].keywords")]
    [InlineData("\"0xffffffffffffffff\"", "\"ff\"", "parameters.providers[1].keywords")]
    [InlineData("\"0xffffffffffffffff\"", "\"0x-1\"", "parameters.providers[1].keywords")]
    [InlineData("\"0xffffffffffffffff\"", "18446744073709551616", "parameters.providers[1].keywords")]
    [InlineData("\"name\":\"System.Runtime\"", "\"name\":\"\"", "parameters.providers[0].name")]
    [InlineData("\"name\":\"System.Runtime\"", "\"name\":\"System\\u0000Runtime\"", "parameters.providers[0].name")]
    public void A_request_out_of_form_is_refused_with_its_path(string part, string replacement, string path)
    {
        string text = Encoding.UTF8.GetString(SignedRequest.Create(_pair, Trace()).Request.Span);
        Assert.Contains(part, text);

        var error = Assert.Throws<DocumentException>(() => OperationRequest.Parse(Encoding.UTF8.GetBytes(text.Replace(part, replacement, StringComparison.Ordinal))));
        Assert.Equal(path, error.Path);
    }

    [Fact]
    public void Keywords_may_be_a_number_of_64_bits()
    {
        string text = Encoding.UTF8.GetString(SignedRequest.Create(_pair, Trace()).Request.Span)
            .Replace("\"0xffffffffffffffff\"", "18446744073709551615", StringComparison.Ordinal);

        Assert.Equal(ulong.MaxValue, OperationRequest.Parse(Encoding.UTF8.GetBytes(text)).Parameters!.Providers[1].Keywords);
    }

    [Fact]
    public void Providers_are_bounded_in_number_and_length()
    {
        OperationRequest With(params EventProvider[] providers) => Trace() with { Parameters = Trace().Parameters! with { Providers = providers } };

        Assert.NotNull(SignedRequest.Create(_pair, With([.. Enumerable.Repeat(new EventProvider("P", 1, 4), Limits.Providers)])));
        Assert.Throws<DocumentException>(() => SignedRequest.Create(_pair, With([.. Enumerable.Repeat(new EventProvider("P", 1, 4), Limits.Providers + 1)])));
        Assert.Throws<DocumentException>(() => SignedRequest.Create(_pair, With()));
        Assert.Throws<DocumentException>(() => SignedRequest.Create(_pair, With(new EventProvider(new string('P', Limits.ProviderNameCharacters + 1), 1, 4))));
        Assert.Throws<DocumentException>(() => SignedRequest.Create(_pair, With(new EventProvider("P", 1, 4, new string('a', Limits.ProviderArgumentsCharacters + 1)))));
    }

    [Fact]
    public void Only_a_pair_on_P256_signs()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Throws<ArgumentException>(() => SignedRequest.Create(p384, Trace()));
    }

    internal static OperationRequest List() => new() { Session = "s-1", Number = 1, Operation = Operations.ProcessList };

    private static OperationRequest Trace() => new()
    {
        Host = "db-1",
        Session = "s-1",
        Number = 7,
        Operation = Operations.Trace,
        Target = new RequestTarget(42, 123_456),
        Reason = "slow",
        Parameters = new EventPipeParameters
        {
            Providers = [new("System.Runtime", 0, 4, "EventCounterIntervalSec=1"), new("Microsoft-Windows-DotNETRuntime", ulong.MaxValue, 5)],
            BufferMegabytes = 256,
            Rundown = true,
            DurationSeconds = 30,
        },
    };

    private ProofResult<OperationRequest> Verify(SignedRequest signed) => signed.Verify(EphemeralKey.Of(_pair), "s-1", "db-1");

    private static byte[] Flipped(ReadOnlyMemory<byte> bytes, int index)
    {
        byte[] copy = bytes.ToArray();
        copy[index] ^= 1;
        return copy;
    }
}
