namespace OrleansUploads.Core.Tests.Signing;

public class PresignedUrlTests
{
    private const string Scope = "AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request";
    private const string Signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

    /// <summary>The example of the S3 API reference.</summary>
    private const string Target = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + Scope
        + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=" + Signature;

    private static readonly DateTimeOffset SignedAt = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, SignatureOutcome.Verified)]
    [InlineData(86_400, SignatureOutcome.Verified)]
    [InlineData(86_401, SignatureOutcome.PresignedUrlExpired)]
    [InlineData(-900, SignatureOutcome.Verified)]
    [InlineData(-901, SignatureOutcome.ClockSkew)]
    public void A_presigned_URL_is_valid_until_it_expires(int secondsLater, SignatureOutcome expected) =>
        Assert.Equal(expected, Verify(Target, "GET", SignedAt.AddSeconds(secondsLater)));

    [Fact]
    public void The_method_and_each_parameter_are_signed()
    {
        Assert.Equal(SignatureOutcome.SignatureDiffers, Verify(Target, "HEAD"));
        Assert.Equal(SignatureOutcome.SignatureDiffers, Verify(Target.Replace("86400", "86401", StringComparison.Ordinal)));
        Assert.Equal(SignatureOutcome.SignatureDiffers, Verify(Target + "&versionId=1"));
        Assert.Equal(SignatureOutcome.SignatureDiffers, Verify(Target.Replace("test", "best", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("x-amz-acl", "private", SignatureOutcome.RequiredHeaderNotSigned)]
    [InlineData("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", SignatureOutcome.RequiredHeaderNotSigned)]
    [InlineData("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD", SignatureOutcome.Verified)]
    public void An_unsigned_amazon_header_is_refused_unless_it_says_nothing(string header, string value, SignatureOutcome expected) =>
        Assert.Equal(expected, Verify(Target, header: header, value: value));

    [Theory]
    [InlineData("X-Amz-Expires=86400", "X-Amz-Expires=604801", AuthorizationError.PresignedLifetimeInvalid)]
    [InlineData("X-Amz-Expires=86400", "X-Amz-Expires=0", AuthorizationError.PresignedLifetimeInvalid)]
    [InlineData("X-Amz-Expires=86400", "X-Amz-Expires=-1", AuthorizationError.PresignedLifetimeInvalid)]
    [InlineData("X-Amz-Expires=86400&", "", AuthorizationError.PresignedLifetimeInvalid)]
    [InlineData("20130524T000000Z", "2013-05-24", AuthorizationError.PresignedDateMalformed)]
    [InlineData("X-Amz-Signature=aeee", "X-Amz-Signature=zzzz", AuthorizationError.SignatureMalformed)]
    [InlineData("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=Host", AuthorizationError.SignedHeadersMalformed)]
    [InlineData("%2Faws4_request", "", AuthorizationError.CredentialMalformed)]
    [InlineData("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", AuthorizationError.UnsupportedAlgorithm)]
    [InlineData("X-Amz-Expires=", "X-Amz-Date=20130524T000000Z&X-Amz-Expires=", AuthorizationError.MalformedParameter)]
    public void A_malformed_parameter_is_named(string part, string replacement, AuthorizationError expected)
    {
        var target = Target.Replace(part, replacement, StringComparison.Ordinal);
        Assert.NotEqual(Target, target);
        Assert.False(PresignedUrl.TryParse(target, out _, out var error));
        Assert.Equal(expected, error);
        Assert.NotEmpty(SignatureVerdict.ForPresignedUrl(error).Message);
    }

    [Theory]
    [InlineData("/test.txt")]
    [InlineData("/test.txt?X-Amz-Date=20130524T000000Z")]
    public void A_URL_without_a_signature_is_not_presigned(string target)
    {
        Assert.False(PresignedUrl.TryParse(target, out _, out var error));
        Assert.Equal(AuthorizationError.Absent, error);
    }

    /// <summary>The example of the S3 developer guide, with its key pair.</summary>
    [Theory]
    [InlineData("GET", "/johnsmith/photos/puppy.jpg", 1_175_139_620, SignatureOutcome.Verified)]
    [InlineData("GET", "/johnsmith/photos/puppy.jpg", 1_175_139_621, SignatureOutcome.PresignedUrlExpired)]
    [InlineData("PUT", "/johnsmith/photos/puppy.jpg", 0, SignatureOutcome.SignatureDiffers)]
    [InlineData("GET", "/johnsmith/photos/guppy.jpg", 0, SignatureOutcome.SignatureDiffers)]
    public void A_URL_with_a_signature_of_version_2_is_verified(string method, string path, long now, SignatureOutcome expected)
    {
        var target = path["/johnsmith".Length..] + "?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620";
        Assert.True(PresignedUrlVersion2.TryParse(target, out var url, out _));
        var request = new SigningRequest(method, target, _ => null, [], PayloadModes.NotSigned);
        Assert.Equal(expected, url.Verify(request, "/johnsmith", ExampleRequest.Secret, DateTimeOffset.FromUnixTimeSeconds(now)).Outcome);
    }

    private static SignatureOutcome Verify(
        string target, string method = "GET", DateTimeOffset? now = null, string? header = null, string? value = null)
    {
        Assert.True(PresignedUrl.TryParse(target, out var url, out _));
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["host"] = "examplebucket.s3.amazonaws.com" };
        if (header is not null)
        {
            headers.Add(header, value!);
        }

        var request = new SigningRequest(method, target, headers.GetValueOrDefault, headers.Keys, PayloadModes.NotSigned);
        return new SignatureVerifier(SigningRules.S3, ExampleRequest.Region, TimeSpan.FromMinutes(15))
            .Verify(request, url, ExampleRequest.Secret, now ?? SignedAt).Outcome;
    }
}
