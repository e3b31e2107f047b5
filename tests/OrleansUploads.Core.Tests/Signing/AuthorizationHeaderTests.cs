namespace OrleansUploads.Core.Tests.Signing;

public class AuthorizationHeaderTests
{
    private const string Credential = "Credential=AKID/20120525/us-east-1/glacier/aws4_request";
    private const string Headers = "SignedHeaders=host;x-amz-date";
    private const string Digits = "ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a";
    private const string Signature = $"Signature=3{Digits}";

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
    public void An_invalid_parameter_is_named_in_the_error(string? value, AuthorizationError expected)
    {
        Assert.False(AuthorizationHeader.TryParse(value, out var header, out var flaw));
        Assert.Null(header);
        Assert.Equal(expected, flaw);
        Assert.NotEqual(SignatureOutcome.Verified, SignatureVerdict.For(flaw).Outcome);
    }

    [Fact]
    public void The_names_of_signed_headers_may_come_in_any_order()
    {
        Assert.True(AuthorizationHeader.TryParse(
            $"AWS4-HMAC-SHA256 {Credential}, SignedHeaders=x-amz-date;host;content-type, {Signature}", out var header, out _));
        Assert.Equal(["content-type", "host", "x-amz-date"], header.SignedHeaders);
    }

    /// <summary>A credential has a key and four fields of its scope, the names of signed headers are in lower case and unique, and a
    /// signature has 64 hexadecimal digits.</summary>
    [Theory]
    [InlineData("Credential=/20120525/us-east-1/glacier/aws4_request", AuthorizationError.CredentialMalformed)]
    [InlineData("Credential=AKID", AuthorizationError.CredentialMalformed)]
    [InlineData("Credential=AKID/20120525/us-east-1/glacier", AuthorizationError.CredentialMalformed)]
    [InlineData("Credential=AKID/20120525/us-east-1/glacier/aws4_request/more", AuthorizationError.CredentialMalformed)]
    [InlineData("Credential=AKID/20120525/us-east-1/glacier/aws3_request", AuthorizationError.CredentialMalformed)]
    [InlineData("Credential=AKID/2012525/us-east-1/glacier/aws4_request", AuthorizationError.CredentialMalformed)]
    [InlineData("Credential=AKID/2012-5-5/us-east-1/glacier/aws4_request", AuthorizationError.CredentialMalformed)]
    [InlineData("Credential=AKID/20120525//glacier/aws4_request", AuthorizationError.CredentialMalformed)]
    [InlineData("Credential=AKID/20120525/us-east-1//aws4_request", AuthorizationError.CredentialMalformed)]
    [InlineData("SignedHeaders=Host;x-amz-date", AuthorizationError.SignedHeadersMalformed)]
    [InlineData("SignedHeaders=host;x-amz-date;host", AuthorizationError.SignedHeadersMalformed)]
    [InlineData("SignedHeaders=host;host;x-amz-date", AuthorizationError.SignedHeadersMalformed)]
    [InlineData("SignedHeaders=host;;x-amz-date", AuthorizationError.SignedHeadersMalformed)]
    [InlineData("SignedHeaders=host;x-amz-date;", AuthorizationError.SignedHeadersMalformed)]
    [InlineData("SignedHeaders=host x-amz-date", AuthorizationError.SignedHeadersMalformed)]
    [InlineData("SignedHeaders=host:x-amz-date", AuthorizationError.SignedHeadersMalformed)]
    [InlineData($"Signature={Digits}", AuthorizationError.SignatureMalformed)]
    [InlineData($"{Signature}0", AuthorizationError.SignatureMalformed)]
    [InlineData($"{Signature}00", AuthorizationError.SignatureMalformed)]
    [InlineData($"Signature=g{Digits}", AuthorizationError.SignatureMalformed)]
    public void A_malformed_parameter_is_named_in_the_error(string parameter, AuthorizationError expected)
    {
        var parameters = new[] { Credential, Headers, Signature }.Select(good => good.Split('=')[0] == parameter.Split('=')[0] ? parameter : good);
        An_invalid_parameter_is_named_in_the_error($"AWS4-HMAC-SHA256 {string.Join(", ", parameters)}", expected);
    }
}
