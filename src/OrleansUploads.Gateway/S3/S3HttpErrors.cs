using System.Diagnostics;
using System.Text;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.S3;

/// <summary>The code and message of each <see cref="HttpError"/> in S3.</summary>
internal static class S3HttpErrors
{
    private const string SignatureDiffers =
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.";

    /// <summary>Describes an error in the words of S3.</summary>
    public static S3Error Describe(HttpError error) => error switch
    {
        HttpError.HostNotLoopback e => new(
            S3ErrorCode.AccessDenied,
            $"This server does not verify signatures, so it accepts only requests to 'localhost' or a loopback address. This "
            + $"request is for '{e.Host}'."),
        HttpError.ForeignOrigin e => new(
            S3ErrorCode.AccessDenied,
            $"Access Denied: a web page ('{e.Origin}') sent the request. A server that accepts requests without signatures refuses other "
            + "pages' requests."),
        HttpError.HeadersTooLong e => new(
            S3ErrorCode.RequestHeaderSectionTooLarge,
            $"Your request header section exceeds the maximum allowed request header section size: it has {e.Bytes} bytes.",
            ("MaxSizeAllowed", e.MaxBytes.ToString(CultureInfo.InvariantCulture))),
        HttpError.SignatureRejected e => DescribeVerdict(e.Verdict, e.Region),
        HttpError.UnknownAccessKey e => new(
            S3ErrorCode.InvalidAccessKeyId,
            "The AWS Access Key Id you provided does not exist in our records.",
            ("AWSAccessKeyId", e.AccessKeyId)),
        HttpError.KeyNotPermitted e => new(
            S3ErrorCode.AccessDenied,
            $"The access key {e.AccessKeyId} is for {e.Scope} only, which does not include this {e.Operation} request."),
        HttpError.PayloadHashMissing => new(
            S3ErrorCode.InvalidRequest, $"Missing required header for this request: {PayloadModes.Header}"),
        HttpError.PayloadHashMalformed e => S3Error.InvalidArgument(
            PayloadModes.Header,
            e.Text,
            "x-amz-content-sha256 must be the hex SHA-256 of the body or UNSIGNED-PAYLOAD. Uploads may also use "
            + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or "
            + "STREAMING-UNSIGNED-PAYLOAD-TRAILER."),
        HttpError.PayloadHashDiffers e => PayloadHashDiffers(e.Stated, e.Computed),
        HttpError.BodyTooLong e => new(
            S3ErrorCode.MaxMessageLengthExceeded,
            "Your request was too big.",
            ("MaxMessageLengthBytes", e.MaxBytes.ToString(CultureInfo.InvariantCulture))),
        HttpError.ChunkedBodyRejected e => DescribeChunks(e.Error),
        HttpError.BodyStalled => new(
            S3ErrorCode.RequestTimeout,
            "Your socket connection to the server was not read from or written to within the timeout period."),
        HttpError.BodyTooSlow e => new(
            S3ErrorCode.RequestTimeout,
            $"The body arrived at less than {Math.Ceiling(e.MinBytesPerSecond):F0} bytes per second, the minimum rate for your "
            + "account's current number of transfers. Send it again, with fewer transfers at the same time."),
        HttpError.MalformedRequest e => new(S3ErrorCode.InvalidRequest, e.Reason),
        HttpError.Throttled e => new(S3ErrorCode.SlowDown, "Please reduce your request rate.") { RetryAfter = e.RetryAfter },
        HttpError.Explained e => new(
            e is HttpError.DataDamaged or HttpError.JournalDamaged ? S3ErrorCode.InternalError : S3ErrorCode.ServiceUnavailable, e.Message)
        {
            RetryAfter = e.RetryAfter,
        },
        HttpError.InternalFailure e => new(
            S3ErrorCode.InternalError,
            $"We encountered an internal error. The server's log has the details under the request ID {e.RequestId}."),
        _ => throw new UnreachableException($"{error.GetType().Name} has no description."),
    };

    /// <summary>The body does not have the SHA-256 that was signed.</summary>
    public static S3Error PayloadHashDiffers(string stated, string computed) => new(
        S3ErrorCode.XAmzContentSHA256Mismatch,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ("ClientComputedContentSHA256", stated),
        ("S3ComputedContentSHA256", computed));

    private static S3Error DescribeVerdict(SignatureVerdict verdict, string region) => verdict.Outcome switch
    {
        SignatureOutcome.Verified => throw new ArgumentException("A verified signature is no error.", nameof(verdict)),
        SignatureOutcome.NoAuthorization => new(
            S3ErrorCode.AccessDenied, "Access Denied: the request is not signed. Sign it with Signature Version 4."),

        // s3cmd compares the message, and then signs with Version 4.
        SignatureOutcome.MalformedAuthorization when verdict.AuthorizationError == AuthorizationError.UnsupportedAlgorithm => new(
            S3ErrorCode.InvalidRequest, "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."),
        SignatureOutcome.MalformedAuthorization => new(S3ErrorCode.AuthorizationHeaderMalformed, verdict.Message),
        SignatureOutcome.MalformedPresignedUrl => new(
            verdict.AuthorizationError is AuthorizationError.Version2Incomplete or AuthorizationError.Version2ExpiryMalformed
                ? S3ErrorCode.AccessDenied
                : S3ErrorCode.AuthorizationQueryParametersError,
            verdict.Message),
        SignatureOutcome.WrongService => new(
            S3ErrorCode.AuthorizationHeaderMalformed,
            $"{verdict.Message} It must be 's3' or, for the vault API, 'glacier'. This server has no other service.")
        {
            IsForOtherService = true,
        },
        SignatureOutcome.WrongRegion => new(
            S3ErrorCode.AuthorizationHeaderMalformed, $"{verdict.Message} Expecting '{region}'.", ("Region", region)),
        SignatureOutcome.TimestampMissing or SignatureOutcome.TimestampMalformed => new(
            S3ErrorCode.AccessDenied, $"AWS authentication requires a valid Date or x-amz-date header. {verdict.Message}"),
        SignatureOutcome.ScopeDateDiffers => new(S3ErrorCode.AuthorizationHeaderMalformed, verdict.Message),
        SignatureOutcome.RequiredHeaderNotSigned => new(
            S3ErrorCode.AccessDenied,
            $"There were headers present in the request which were not signed. {verdict.Message}",
            ("HeadersNotSigned", verdict.Header ?? "")),
        SignatureOutcome.SignedHeaderMissing => new(S3ErrorCode.SignatureDoesNotMatch, $"{SignatureDiffers} {verdict.Message}"),
        SignatureOutcome.PresignedUrlExpired => new(
            S3ErrorCode.AccessDenied,
            verdict.Message,
            [
                .. verdict.Lifetime is { } lifetime
                    ? [("X-Amz-Expires", lifetime.TotalSeconds.ToString(CultureInfo.InvariantCulture))]
                    : Array.Empty<(string, string)>(),
                ("Expires", S3Date.ToError(verdict.ExpiredAt)),
                ("ServerTime", S3Date.ToError(verdict.ServerAt)),
            ]),
        SignatureOutcome.ClockSkew => new(
            S3ErrorCode.RequestTimeTooSkewed,
            $"The difference between the request time and the current time is too large. {verdict.Message} Set the clock of the machine that signs.",
            ("RequestTime", AmzTimestamp.Format(verdict.RequestAt)),
            ("ServerTime", S3Date.ToError(verdict.ServerAt)),
            ("MaxAllowedSkewMilliseconds", verdict.Tolerance.TotalMilliseconds.ToString(CultureInfo.InvariantCulture))),
        SignatureOutcome.SignatureDiffers => new(S3ErrorCode.SignatureDoesNotMatch, SignatureDiffers, [.. DescribeDifference(verdict.Difference)]),
    };

    /// <summary>What the signature was computed from, as text and as bytes, which show what looks alike.</summary>
    private static IEnumerable<(string Name, string Value)> DescribeDifference(SignatureDifference? difference)
    {
        if (difference is null)
        {
            yield break;
        }

        yield return ("AWSAccessKeyId", difference.AccessKeyId);
        yield return ("StringToSign", difference.TextToSign);
        yield return ("SignatureProvided", difference.Provided);
        yield return ("StringToSignBytes", Bytes(difference.TextToSign));
        if (difference.CanonicalRequest is { } canonical)
        {
            yield return ("CanonicalRequest", canonical);
            yield return ("CanonicalRequestBytes", Bytes(canonical));
        }
    }

    private static string Bytes(string text) =>
        string.Join(' ', Encoding.UTF8.GetBytes(text).Select(static value => value.ToString("x2", CultureInfo.InvariantCulture)));

    private static S3Error DescribeChunks(ChunkedBodyError error) => error switch
    {
        ChunkedBodyError.None => throw new ArgumentException("There is no error to describe.", nameof(error)),
        ChunkedBodyError.MalformedChunk or ChunkedBodyError.Incomplete => new(
            S3ErrorCode.IncompleteBody,
            "The aws-chunked body is malformed, or does not have the number of bytes of x-amz-decoded-content-length."),
        ChunkedBodyError.ChunkSignatureDiffers or ChunkedBodyError.TrailerSignatureDiffers => new(
            S3ErrorCode.SignatureDoesNotMatch, "A signature in the aws-chunked body does not match."),
        ChunkedBodyError.MalformedTrailer => new(
            S3ErrorCode.MalformedTrailerError,
            "The request contained trailing data that was not well-formed or did not conform to our published schema."),
    };
}
