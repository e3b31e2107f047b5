namespace OrleansUploads.Signing;

/// <summary>The possible outcomes of verifying a signature.</summary>
public enum SignatureOutcome
{
    /// <summary>The signature is valid: the holder of the secret signed exactly this request recently.</summary>
    Verified,

    /// <summary>The request has no <c>Authorization</c> header.</summary>
    NoAuthorization,

    /// <summary>The <c>Authorization</c> header is malformed; see <see cref="SignatureVerdict.AuthorizationError"/>.</summary>
    MalformedAuthorization,

    /// <summary>The parameters of a presigned URL are malformed; see <see
    /// cref="SignatureVerdict.AuthorizationError"/>.</summary>
    MalformedPresignedUrl,

    /// <summary>The presigned URL has expired.</summary>
    PresignedUrlExpired,

    /// <summary>The credential scope names another service.</summary>
    WrongService,

    /// <summary>The credential scope names another region.</summary>
    WrongRegion,

    /// <summary>The request has neither an <c>x-amz-date</c> nor a <c>Date</c> header.</summary>
    TimestampMissing,

    /// <summary>The date header has none of the forms of a timestamp.</summary>
    TimestampMalformed,

    /// <summary>The date in the credential scope differs from the date of the timestamp.</summary>
    ScopeDateDiffers,

    /// <summary>The difference between the timestamp and the server's clock exceeds the tolerance.</summary>
    ClockSkew,

    /// <summary>A header that must be signed is missing in <c>SignedHeaders</c>.</summary>
    RequiredHeaderNotSigned,

    /// <summary>The signature does not match, and a header in <c>SignedHeaders</c> is missing in the request.</summary>
    SignedHeaderMissing,

    /// <summary>The signature does not match this request and the secret.</summary>
    SignatureDiffers,
}

/// <summary>The result of verifying a signature, with the details for an error message.</summary>
/// <remarks>It never contains the secret or the expected signature.</remarks>
public readonly record struct SignatureVerdict
{
    private const string UseVersion4 =
        "Sign it with Version 4: boto3 does so with Config(signature_version='s3v4'), the AWS CLI after 'aws configure set "
        + "default.s3.signature_version s3v4'.";

    internal SignatureVerdict(SignatureOutcome outcome) => Outcome = outcome;

    /// <summary>The outcome.</summary>
    public SignatureOutcome Outcome { get; }

    /// <summary>The error, for <see cref="SignatureOutcome.MalformedAuthorization"/>, <see
    /// cref="SignatureOutcome.MalformedPresignedUrl"/> and <see cref="SignatureOutcome.NoAuthorization"/>.</summary>
    public AuthorizationError AuthorizationError { get; internal init; }

    /// <summary>Name of the header that caused the failure, in lower case, or null if no single header did.</summary>
    public string? Header { get; internal init; }

    /// <summary>The request's timestamp, for <see cref="SignatureOutcome.ClockSkew"/>.</summary>
    public DateTimeOffset RequestAt { get; internal init; }

    /// <summary>The server's time, for <see cref="SignatureOutcome.ClockSkew"/> and <see
    /// cref="SignatureOutcome.PresignedUrlExpired"/>.</summary>
    public DateTimeOffset ServerAt { get; internal init; }

    /// <summary>The maximum difference between the clocks, for <see cref="SignatureOutcome.ClockSkew"/>.</summary>
    public TimeSpan Tolerance { get; internal init; }

    /// <summary>When the presigned URL expired, for <see cref="SignatureOutcome.PresignedUrlExpired"/>.</summary>
    public DateTimeOffset ExpiredAt { get; internal init; }

    /// <summary>How long the presigned URL was valid, for <see cref="SignatureOutcome.PresignedUrlExpired"/>; null if it does not
    /// say.</summary>
    public TimeSpan? Lifetime { get; internal init; }

    /// <summary>What the server signed, for <see cref="SignatureOutcome.SignatureDiffers"/>.</summary>
    public SignatureDifference? Difference { get; internal init; }

    /// <summary>Whether the signature is valid.</summary>
    public bool IsVerified => Outcome == SignatureOutcome.Verified;

    /// <summary>A message for the sender of the request.</summary>
    public string Message => Outcome switch
    {
        SignatureOutcome.Verified => "The signature is valid.",
        SignatureOutcome.NoAuthorization => "The request has no Authorization header.",
        SignatureOutcome.MalformedAuthorization => Describe(AuthorizationError),
        SignatureOutcome.MalformedPresignedUrl => DescribePresigned(AuthorizationError),
        SignatureOutcome.PresignedUrlExpired => "Request has expired",
        SignatureOutcome.WrongService => "The service in the credential scope is not the service of this server.",
        SignatureOutcome.WrongRegion => "The region in the credential scope is not the region of this server.",
        SignatureOutcome.TimestampMissing => "The request has neither an x-amz-date nor a Date header.",
        SignatureOutcome.TimestampMalformed =>
            $"The header {Header} is not in the form yyyyMMddTHHmmssZ{(Header == "date" ? " or that of a date in HTTP" : "")}.",
        SignatureOutcome.ScopeDateDiffers => $"The date in the credential scope differs from the date in the header {Header}.",
        SignatureOutcome.ClockSkew => DescribeSkew(),
        SignatureOutcome.RequiredHeaderNotSigned => $"The header {Header} must be among the signed headers.",
        SignatureOutcome.SignedHeaderMissing => $"The signed header {Header} is missing in the request.",
        SignatureOutcome.SignatureDiffers =>
            "The request signature we calculated does not match the signature you provided. "
            + "Check your secret access key and signing method.",
    };

    /// <summary>The credential scope names another service.</summary>
    public static SignatureVerdict WrongService => new(SignatureOutcome.WrongService);

    /// <summary>The verdict for an error in the <c>Authorization</c> header.</summary>
    public static SignatureVerdict For(AuthorizationError error) => error switch
    {
        AuthorizationError.None => throw new ArgumentException("There is no error to report.", nameof(error)),
        AuthorizationError.Absent => new(SignatureOutcome.NoAuthorization) { AuthorizationError = error },
        _ => new(SignatureOutcome.MalformedAuthorization) { AuthorizationError = error },
    };

    /// <summary>The verdict for an error in the parameters of a presigned URL.</summary>
    public static SignatureVerdict ForPresignedUrl(AuthorizationError error) =>
        new(SignatureOutcome.MalformedPresignedUrl) { AuthorizationError = error };

    internal static SignatureVerdict Expired(DateTimeOffset at, DateTimeOffset now, TimeSpan? lifetime) =>
        new(SignatureOutcome.PresignedUrlExpired) { ExpiredAt = at, ServerAt = now, Lifetime = lifetime };

    /// <inheritdoc/>
    public override string ToString() => Message;

    private static string Describe(AuthorizationError error) => error switch
    {
        AuthorizationError.None or AuthorizationError.Absent => "The request has no Authorization header.",
        AuthorizationError.UnsupportedAlgorithm =>
            "The Authorization header must begin with 'AWS4-HMAC-SHA256 '. One that begins with 'AWS ' has Signature Version 2. Choose "
            + "Version 4 in the client's settings.",
        AuthorizationError.MalformedParameter =>
            "The Authorization header must contain Credential, SignedHeaders and Signature exactly once, and nothing else.",
        AuthorizationError.CredentialMissing => "The Authorization header has no Credential.",
        AuthorizationError.CredentialMalformed => "Credential must have the form key/yyyyMMdd/region/service/aws4_request.",
        AuthorizationError.SignedHeadersMissing => "The Authorization header has no SignedHeaders.",
        AuthorizationError.SignedHeadersMalformed =>
            "SignedHeaders must be distinct lower-case header names.",
        AuthorizationError.SignatureMissing => "The Authorization header has no Signature.",
        AuthorizationError.SignatureMalformed => "Signature must be 64 hex digits.",
        AuthorizationError.PresignedDateMalformed
            or AuthorizationError.PresignedLifetimeInvalid
            or AuthorizationError.PresignedUrlUnsupported
            or AuthorizationError.Version2Incomplete
            or AuthorizationError.Version2ExpiryMalformed
            or AuthorizationError.Version2Refused
            or AuthorizationError.Version2NotForOperation => DescribePresigned(error),
    };

    private static string DescribePresigned(AuthorizationError error) => error switch
    {
        AuthorizationError.UnsupportedAlgorithm =>
            "X-Amz-Algorithm must be AWS4-HMAC-SHA256.",
        AuthorizationError.Version2Refused => "This server refuses URLs that are presigned with Signature Version 2. " + UseVersion4,
        AuthorizationError.Version2NotForOperation =>
            "A URL that is presigned with Signature Version 2 can only read an object, or store an object or a part. " + UseVersion4,
        AuthorizationError.Version2Incomplete =>
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters, each once.",
        AuthorizationError.Version2ExpiryMalformed => "Expires must be the number of seconds since 1970-01-01T00:00:00Z.",
        AuthorizationError.PresignedDateMalformed => "X-Amz-Date must be in the form yyyyMMddTHHmmssZ.",
        AuthorizationError.PresignedLifetimeInvalid => "X-Amz-Expires must be a number of seconds from 1 to 604800.",
        AuthorizationError.CredentialMissing or AuthorizationError.CredentialMalformed =>
            "X-Amz-Credential must have the form key/yyyyMMdd/region/service/aws4_request.",
        AuthorizationError.SignedHeadersMissing or AuthorizationError.SignedHeadersMalformed =>
            "X-Amz-SignedHeaders must be distinct lower-case header names.",
        AuthorizationError.SignatureMissing or AuthorizationError.SignatureMalformed =>
            "X-Amz-Signature must be 64 hex digits.",
        AuthorizationError.PresignedUrlUnsupported => "This API has no presigned URLs. Sign the headers of the request.",
        AuthorizationError.None or AuthorizationError.Absent or AuthorizationError.MalformedParameter =>
            "A presigned URL must have X-Amz-Algorithm, X-Amz-Credential, X-Amz-Date, X-Amz-Expires, X-Amz-SignedHeaders and "
            + "X-Amz-Signature exactly once.",
    };

    private string DescribeSkew()
    {
        var request = AmzTimestamp.Format(RequestAt);
        var server = AmzTimestamp.Format(ServerAt);
        return RequestAt < ServerAt
            ? $"Signature expired: {request} is too far behind the server's time {server}."
            : $"Signature not yet current: {request} is too far ahead of the server's time {server}.";
    }
}

/// <summary>What the server computed a signature from, for the sender to compare with what it signed itself. Everything is from the
/// request; it contains neither the secret nor the expected signature.</summary>
/// <param name="AccessKeyId">The access key in the request.</param>
/// <param name="Provided">The signature in the request, as sent.</param>
/// <param name="TextToSign">The text that is signed.</param>
/// <param name="CanonicalRequest">The canonical request, or null if the version of the signature has none.</param>
public sealed record SignatureDifference(string AccessKeyId, string Provided, string TextToSign, string? CanonicalRequest);
