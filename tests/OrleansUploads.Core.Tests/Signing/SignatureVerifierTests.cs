using System.Diagnostics;

namespace OrleansUploads.Core.Tests.Signing;

public class SignatureVerifierTests
{
    private static readonly ExampleRequest Good = new();
    private static readonly ExampleRequest WithoutVersion =
        (Good with { SignedHeaders = ["host", "x-amz-date"] }).Without("x-amz-glacier-version");

    private static readonly ExampleRequest Dated =
        (Good with { SignedHeaders = ["date", "host", "x-amz-glacier-version"] }).With("Date", "20120525T002453Z");

    /// <summary>What was signed, what arrives, and what the server says about it.</summary>
    private static readonly Dictionary<string, (ExampleRequest Signed, ExampleRequest Received, SignatureOutcome Outcome)> Scenarios = new()
    {
        ["no date"] = (Good, Good.Without("x-amz-date"), SignatureOutcome.TimestampMissing),
        ["a date instead of x-amz-date"] = (Dated, Dated.Without("x-amz-date"), SignatureOutcome.Verified),
        ["a date of HTTP"] = Accepted("Fri, 25 May 2012 00:24:53 GMT"),
        ["a date of botocore"] = Accepted("Fri, 25 May 2012 00:24:53 -0000"),
        ["a date in the extended format"] = Accepted("2012-05-25T00:24:53Z"),
        ["a date that is not signed"] = (
            Dated with { SignedHeaders = ["host", "x-amz-glacier-version"] },
            (Dated with { SignedHeaders = ["host", "x-amz-glacier-version"] }).Without("x-amz-date"),
            SignatureOutcome.Verified),
        ["a date that is not signed and was changed"] = (
            Dated with { SignedHeaders = ["host", "x-amz-glacier-version"] },
            Dated.Without("x-amz-date").With("Date", "20120525T002454Z"),
            SignatureOutcome.SignatureDiffers),
        ["a date without a zone"] = (Dated, Dated.Without("x-amz-date").With("Date", "2012-05-25T00:24:53"), SignatureOutcome.TimestampMalformed),
        ["a date beside x-amz-date"] = (Good, Good.With("Date", "Sat, 01 Jan 2000 00:00:00 GMT"), SignatureOutcome.Verified),
        ["no version"] = (WithoutVersion, WithoutVersion, SignatureOutcome.Verified),
    };

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    private static (ExampleRequest Signed, ExampleRequest Received, SignatureOutcome Outcome) Accepted(string date) =>
        (Dated.With("Date", date), Dated.With("Date", date).Without("x-amz-date"), SignatureOutcome.Verified);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_time_is_in_one_of_two_headers_and_the_version_is_optional(string scenario)
    {
        var (signed, received, outcome) = Scenarios[scenario];
        Assert.Equal(outcome, received.Verify(signed.Sign()).Outcome);
        Assert.Equal(
            outcome == SignatureOutcome.Verified ? SignatureOutcome.SignatureDiffers : outcome,
            received.Verify(signed.Sign(), secret: "another").Outcome);
    }

    /// <remarks>Anybody who knows the ID of a key can send them. If each was compared with all others, these would take a minute.</remarks>
    [Fact, Trait(TestRun.Name, TestRun.Timing)]
    public void Many_signed_headers_cost_no_more_than_their_number()
    {
        string[] names = [.. Enumerable.Range(0, 100_000).Select(static number => $"x-amz-{number:D6}")];
        var authorization = Unsigned("AKID/20120525/us-east-1/glacier/aws4_request", $"host;{string.Join(';', names)};x-amz-date");
        var request = new SigningRequest(
            "GET", "/", static name => name == "x-amz-date" ? "20120525T002453Z" : "", names, SigningRequest.EmptyPayloadHash);
        var begun = Stopwatch.StartNew();

        var verdict = new SignatureVerifier(SigningRules.Glacier, "us-east-1", TimeSpan.Zero).Verify(request, authorization, "secret", ExampleRequest.At);
        Assert.Equal(SignatureOutcome.SignatureDiffers, verdict.Outcome);
        Assert.InRange(begun.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("AKID/20120525/us-east-1/s3/aws4_request", SignatureOutcome.WrongService)]
    [InlineData("AKID/20120525/us-west-2/glacier/aws4_request", SignatureOutcome.WrongRegion)]
    [InlineData("AKID/20120524/us-east-1/glacier/aws4_request", SignatureOutcome.ScopeDateDiffers)]
    public void The_scope_must_match_the_server_and_the_date_of_the_request(string credential, SignatureOutcome expected) =>
        Assert.Equal(expected, Good.Verify(Unsigned(credential, "host;x-amz-date;x-amz-glacier-version")).Outcome);

    [Theory]
    [InlineData(900, SignatureOutcome.Verified)]
    [InlineData(901, SignatureOutcome.ClockSkew)]
    [InlineData(0, SignatureOutcome.Verified)]
    [InlineData(-900, SignatureOutcome.Verified)]
    [InlineData(-901, SignatureOutcome.ClockSkew)]
    public void A_timestamp_may_be_early_or_late_by_the_tolerance(int serverAheadSeconds, SignatureOutcome expected)
    {
        var now = ExampleRequest.At.AddSeconds(serverAheadSeconds);
        Assert.Equal(expected, Good.Verify(Good.Sign(), now).Outcome);
    }

    [Fact]
    public void The_error_for_a_skewed_clock_contains_both_times()
    {
        var verdict = Good.Verify(Good.Sign(), ExampleRequest.At.AddHours(1));

        Assert.Equal(ExampleRequest.At, verdict.RequestAt);
        Assert.Equal(ExampleRequest.At.AddHours(1), verdict.ServerAt);
        Assert.Contains("20120525T002453Z", verdict.Message, StringComparison.Ordinal);
        Assert.Contains("20120525T012453Z", verdict.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Fri, 25 May 2012 00:24:53 GMT")]
    [InlineData("2012-05-25T00:24:53Z")]
    [InlineData("20120525T002453")]
    [InlineData("20120525T002453Z ")]
    [InlineData("20120525T242453Z")]
    [InlineData("")]
    public void A_timestamp_must_be_in_the_basic_format(string timestamp)
    {
        var verdict = Good.With("x-amz-date", timestamp).With("Date", "20120525T002453Z").Verify(Good.Sign());

        Assert.Equal(SignatureOutcome.TimestampMalformed, verdict.Outcome);
        Assert.Equal("x-amz-date", verdict.Header);
    }

    [Theory]
    [InlineData("x-amz-date;x-amz-glacier-version", "host")]
    [InlineData("host;x-amz-glacier-version", "x-amz-date")]
    [InlineData("host;x-amz-date", "x-amz-glacier-version")]
    public void Host_date_and_version_must_be_signed(string signedHeaders, string expected)
    {
        var verdict = Good.Verify(Unsigned("AKID/20120525/us-east-1/glacier/aws4_request", signedHeaders));

        Assert.Equal(SignatureOutcome.RequiredHeaderNotSigned, verdict.Outcome);
        Assert.Equal(expected, verdict.Header);
    }

    [Theory]
    [InlineData("glacier", "Content-Range", true)]
    [InlineData("glacier", "x-amz-archive-size", true)]
    [InlineData("glacier", "X-AMZ-Security-Token", true)]
    [InlineData("glacier", "Range", false)]
    [InlineData("glacier", "x-amzn-trace-id", false)]
    [InlineData("s3", "x-amz-meta-colour", true)]
    [InlineData("s3", "x-amz-content-sha256", true)]
    [InlineData("s3", "Content-Range", false)]
    [InlineData("s3", "If-Match", false)]
    public void Headers_that_the_service_acts_on_must_be_signed_if_present(string service, string header, bool mustBeSigned)
    {
        var request = Good with { Rules = service == "s3" ? SigningRules.S3 : SigningRules.Glacier };
        var verdict = request.With(header, "1").Verify(request.Sign());

        Assert.Equal(mustBeSigned ? SignatureOutcome.RequiredHeaderNotSigned : SignatureOutcome.Verified, verdict.Outcome);
        Assert.Equal(mustBeSigned ? header.ToLowerInvariant() : null, verdict.Header);
    }

    [Fact]
    public void A_signed_header_must_be_present_in_the_request()
    {
        var signed = (Good with { SignedHeaders = ["host", "range", "x-amz-date", "x-amz-glacier-version"] })
            .With("Range", "bytes=0-9");
        var verdict = signed.Without("Range").Verify(signed.Sign());

        Assert.Equal(SignatureOutcome.SignedHeaderMissing, verdict.Outcome);
        Assert.Equal("range", verdict.Header);
    }

    [Fact]
    public void A_header_that_is_signed_as_an_empty_one_need_not_be_sent()
    {
        var signed = (Good with { SignedHeaders = ["content-md5", "host", "x-amz-date", "x-amz-glacier-version"] }).With("Content-MD5", "");
        Assert.Equal(SignatureOutcome.Verified, signed.Without("Content-MD5").Verify(signed.Sign()).Outcome);
    }

    [Fact]
    public void No_message_contains_the_secret_or_the_correct_signature()
    {
        var right = Good.Sign();
        var rightSignature = Convert.ToHexStringLower(right.Signature);
        var tampered = Good with { Target = "/-/vaults/other" };

        var message = Good.Verify(tampered.Sign()).ToString();

        Assert.DoesNotContain(ExampleRequest.Secret, message, StringComparison.Ordinal);
        Assert.DoesNotContain(rightSignature, message, StringComparison.OrdinalIgnoreCase);
    }

    private static AuthorizationHeader Unsigned(string credential, string signedHeaders) =>
        ExampleRequest.Parse(
            $"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signedHeaders}, Signature={new string('0', 64)}");
}
