namespace OrleansUploads.Core.Tests.Signing;

public class AuthorizationHeaderTests
{
    private const string Credential = "Credential=AKID/20120525/us-east-1/glacier/aws4_request";
    private const string Headers = "SignedHeaders=host;x-amz-date";
    private const string Signature = "Signature=3ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a";

    [Theory]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, {Headers}, {Signature}")]
    [InlineData($"AWS4-HMAC-SHA256 {Credential},{Headers},{Signature}")]
    [InlineData($"AWS4-HMAC-SHA256   {Signature} ,  {Credential} , {Headers} ")]
    public void Parameters_are_parsed_in_any_order_with_or_without_spaces(string value)
    {
        var header = ExampleRequest.Parse(value);

        Assert.Equal("AKID", header.AccessKeyId);
        Assert.Equal(new CredentialScope("20120525", "us-east-1", "glacier"), header.Scope);
        Assert.Equal(["host", "x-amz-date"], header.SignedHeaders);
        Assert.Equal($"AWS4-HMAC-SHA256 {Credential}, {Headers}, {Signature}", header.ToString());
    }

    [Theory]
    [InlineData(null, AuthorizationError.Absent)]
    [InlineData("", AuthorizationError.Absent)]
    [InlineData("  ", AuthorizationError.Absent)]
    [InlineData("AWS4-HMAC-SHA256", AuthorizationError.UnsupportedAlgorithm)]
    [InlineData("Basic dXNlcjpwYXNz", AuthorizationError.UnsupportedAlgorithm)]
    [InlineData($"AWS4-HMAC-SHA512 {Credential}, {Headers}, {Signature}", AuthorizationError.UnsupportedAlgorithm)]
    [InlineData("AWS4-HMAC-SHA256 nonsense", AuthorizationError.MalformedParameter)]
    [InlineData("AWS4-HMAC-SHA256 =", AuthorizationError.MalformedParameter)]
    [InlineData("AWS4-HMAC-SHA256 ,,", AuthorizationError.MalformedParameter)]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, {Headers}, {Signature},", AuthorizationError.MalformedParameter)]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, {Headers}, {Signature}, A=b", AuthorizationError.MalformedParameter)]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, {Headers}, {Signature}, {Signature}", AuthorizationError.MalformedParameter)]
    [InlineData($"AWS4-HMAC-SHA256 {Headers}, {Signature}", AuthorizationError.CredentialMissing)]
    [InlineData($"AWS4-HMAC-SHA256 Credential=, {Headers}, {Signature}", AuthorizationError.CredentialMissing)]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, {Signature}", AuthorizationError.SignedHeadersMissing)]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, {Headers}", AuthorizationError.SignatureMissing)]
    public void An_invalid_parameter_is_named_in_the_error(string? value, AuthorizationError expected) => AssertFlaw(expected, value);

    [Theory]
    [InlineData("/20120525/us-east-1/glacier/aws4_request")]
    [InlineData("AKID")]
    [InlineData("AKID/20120525/us-east-1/glacier")]
    [InlineData("AKID/20120525/us-east-1/glacier/aws4_request/more")]
    [InlineData("AKID/20120525/us-east-1/glacier/aws3_request")]
    [InlineData("AKID/2012525/us-east-1/glacier/aws4_request")]
    [InlineData("AKID/2012-5-5/us-east-1/glacier/aws4_request")]
    [InlineData("AKID/20120525//glacier/aws4_request")]
    [InlineData("AKID/20120525/us-east-1//aws4_request")]
    public void A_credential_has_a_key_and_four_scope_fields(string credential) =>
        AssertFlaw(
            AuthorizationError.CredentialMalformed, $"AWS4-HMAC-SHA256 Credential={credential}, {Headers}, {Signature}");

    [Theory]
    [InlineData("Host;x-amz-date")]
    [InlineData("x-amz-date;host")]
    [InlineData("host;host;x-amz-date")]
    [InlineData("host;;x-amz-date")]
    [InlineData("host;x-amz-date;")]
    [InlineData("host x-amz-date")]
    [InlineData("host:x-amz-date")]
    public void Signed_headers_must_be_lower_case_sorted_and_unique(string names) =>
        AssertFlaw(
            AuthorizationError.SignedHeadersMalformed, $"AWS4-HMAC-SHA256 {Credential}, SignedHeaders={names}, {Signature}");

    [Theory]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(66)]
    public void A_signature_has_exactly_64_digits(int chars) =>
        AssertFlaw(
            AuthorizationError.SignatureMalformed,
            $"AWS4-HMAC-SHA256 {Credential}, {Headers}, Signature={new string('a', chars)}");

    [Fact]
    public void A_signature_has_hex_digits_only() =>
        AssertFlaw(
            AuthorizationError.SignatureMalformed,
            $"AWS4-HMAC-SHA256 {Credential}, {Headers}, Signature={new string('g', 64)}");

    private static void AssertFlaw(AuthorizationError expected, string? value)
    {
        Assert.False(AuthorizationHeader.TryParse(value, out var header, out var flaw));
        Assert.Null(header);
        Assert.Equal(expected, flaw);
        Assert.NotEqual(SignatureOutcome.Verified, SignatureVerdict.For(flaw).Outcome);
    }
}
