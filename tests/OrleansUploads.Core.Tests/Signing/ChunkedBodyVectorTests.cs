namespace OrleansUploads.Core.Tests.Signing;

/// <summary>The aws-chunked examples of the S3 API reference: 66,560 letters in chunks of 65,536 and 1,024 bytes.</summary>
public class ChunkedBodyVectorTests
{
    private const int LengthBytes = 66_560;

    private static readonly DateTimeOffset At = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Signed_chunks()
    {
        var chunks = Start(
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
            ("content-encoding", "aws-chunked"),
            ("content-length", "66824"));
        var body = Body(
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9") + "\r\n";

        Assert.Equal(66_824, body.Length);
        using var decoder = new ChunkedBodyDecoder(PayloadMode.SignedChunks, LengthBytes, chunks, []);
        Assert.Equal(ChunkedBodyError.None, Decode(decoder, body));
    }

    [Fact]
    public void Signed_chunks_with_a_trailer()
    {
        var chunks = Start(
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
            ("content-encoding", "aws-chunked"),
            ("x-amz-trailer", "x-amz-checksum-crc32c"));
        var body = Body(
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992")
            + "x-amz-checksum-crc32c:sOO8/Q==\r\n"
            + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";

        Assert.Equal(66_946, body.Length);
        using var decoder = new ChunkedBodyDecoder(
            PayloadMode.SignedChunksWithTrailer, LengthBytes, chunks, ["x-amz-checksum-crc32c"]);
        Assert.Equal(ChunkedBodyError.None, Decode(decoder, body));
        Assert.Equal("sOO8/Q==", Assert.Single(decoder.Trailers).Value);
    }

    private static ChunkSignatures Start(string payload, string seed, params (string Name, string Value)[] headers)
    {
        var request = new ExampleRequest
        {
            Rules = SigningRules.S3,
            Target = "/examplebucket/chunkObject.txt",
            PayloadHash = payload,
            Headers = new(StringComparer.OrdinalIgnoreCase)
            {
                ["host"] = "s3.amazonaws.com",
                ["x-amz-content-sha256"] = payload,
                ["x-amz-date"] = "20130524T000000Z",
                ["x-amz-decoded-content-length"] = "66560",
                ["x-amz-storage-class"] = "REDUCED_REDUNDANCY",
            },
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        request = request with { SignedHeaders = [.. request.Headers.Keys.Order(StringComparer.Ordinal)] };
        var authorization = request.Sign();
        Assert.Equal(seed, Convert.ToHexStringLower(authorization.Signature));
        Assert.Equal(SignatureOutcome.Verified, request.Verify(authorization, At).Outcome);
        return new SignatureVerifier(request.Rules, ExampleRequest.Region, TimeSpan.FromMinutes(15))
            .StartChunks(request.Request, authorization, ExampleRequest.Secret);
    }

    private static string Body(string first, string second, string last) =>
        $"10000;chunk-signature={first}\r\n{new string('a', 65_536)}\r\n"
        + $"400;chunk-signature={second}\r\n{new string('a', 1_024)}\r\n0;chunk-signature={last}\r\n";

    private static ChunkedBodyError Decode(ChunkedBodyDecoder decoder, string body)
    {
        var output = new byte[LengthBytes];
        decoder.Decode(Encoding.ASCII.GetBytes(body), output, out var consumed, out var produced);
        Assert.Equal((body.Length, LengthBytes), (consumed, produced));
        Assert.Equal(-1, output.AsSpan().IndexOfAnyExcept((byte)'a'));
        return decoder.Finish();
    }
}
