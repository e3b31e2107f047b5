namespace OrleansUploads.Core.Tests.Signing;

/// <summary>The examples of the S3 API reference.</summary>
public class S3VectorTests
{
    private static readonly DateTimeOffset At = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);

    private static readonly ExampleRequest Example = new()
    {
        Rules = SigningRules.S3,
        Method = "GET",
        Target = "/test.txt",
        SignedHeaders = ["host", "x-amz-content-sha256", "x-amz-date"],
        Headers = new(StringComparer.OrdinalIgnoreCase)
        {
            ["Host"] = "examplebucket.s3.amazonaws.com",
            ["x-amz-content-sha256"] = SigningRequest.EmptyPayloadHash,
            ["x-amz-date"] = "20130524T000000Z",
        },
    };

    [Fact]
    public void GetObject() => AssertSigned(
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        (Example with { SignedHeaders = ["host", "range", "x-amz-content-sha256", "x-amz-date"] }).With("Range", "bytes=0-9"));

    [Fact]
    public void PutObject()
    {
        const string Hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
        var put = Example with
        {
            Method = "PUT",
            Target = "/test$file.text",
            PayloadHash = Hash,
            SignedHeaders = ["date", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-storage-class"],
        };
        AssertSigned(
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            put.With("Date", "Fri, 24 May 2013 00:00:00 GMT")
                .With("x-amz-storage-class", "REDUCED_REDUNDANCY")
                .With("x-amz-content-sha256", Hash));
    }

    [Theory]
    [InlineData("/?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("/?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void Bucket_requests(string target, string signature) => AssertSigned(signature, Example with { Target = target });

    private static void AssertSigned(string signature, ExampleRequest request)
    {
        var authorization = request.Sign();
        Assert.Equal(signature, Convert.ToHexStringLower(authorization.Signature));
        Assert.Equal(SignatureOutcome.Verified, request.Verify(authorization, At).Outcome);
    }
}
