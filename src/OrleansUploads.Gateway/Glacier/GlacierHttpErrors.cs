using System.Diagnostics;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The code, status and message of each <see cref="HttpError"/> in the vault API. docs/errors.md has the same table; a test
/// compares the two.</summary>
internal static class GlacierHttpErrors
{
    /// <summary>Describes an error in the words of the vault API.</summary>
    public static GlacierError Describe(HttpError error) => error switch
    {
        HttpError.HostNotLoopback e => GlacierError.AccessDenied(
            $"This server does not verify signatures, so it accepts only requests to 'localhost' or a loopback address. This "
            + $"request is for '{e.Host}'."),
        HttpError.ForeignOrigin e => GlacierError.AccessDenied(
            $"A web page ('{e.Origin}') sent the request. A server that accepts requests without signatures refuses other pages' requests."),
        HttpError.HeadersTooLong e => BadRequest(
            $"The request's headers have {e.Bytes} bytes, and this server accepts at most {e.MaxBytes}."),
        HttpError.SignatureRejected e => DescribeVerdict(e.Verdict, e.Region),
        HttpError.UnknownAccessKey e => new(
            StatusCodes.Status400BadRequest,
            ErrorCode.UnrecognizedClient,
            $"The access key {e.AccessKeyId} is not known to this server. Check the credentials that your client uses."),
        HttpError.KeyNotPermitted e => GlacierError.AccessDenied(
            $"The access key {e.AccessKeyId} is for {e.Scope} only, which does not include this {e.Operation} request."),
        HttpError.PayloadHashMissing => GlacierError.Missing($"{PayloadModes.Header}, the SHA-256 of the body"),
        HttpError.PayloadHashMalformed e => GlacierError.InvalidPayloadHash(e.Text),
        HttpError.PayloadHashDiffers e => GlacierError.PayloadHashDiffers(e.Computed, e.Stated),
        HttpError.BodyTooLong e => GlacierError.Invalid(
            $"Invalid Content-Length: {e.Bytes?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}. The body of this operation "
            + $"has at most {e.MaxBytes} bytes."),
        HttpError.ChunkedBodyRejected => GlacierError.Invalid("This API does not accept aws-chunked bodies."),
        HttpError.BodyStalled => GlacierError.Timeout("Request timed out. The body arrived too slowly; send it again."),
        HttpError.BodyTooSlow e => GlacierError.Timeout(
            $"Request timed out. The body arrived at less than {Math.Ceiling(e.MinBytesPerSecond):F0} bytes per second, the minimum "
            + "rate for your account's current number of uploads. Send it again, with fewer uploads at the same time."),
        HttpError.MalformedRequest e => BadRequest(e.Reason),
        HttpError.Throttled e => new(StatusCodes.Status400BadRequest, ErrorCode.Throttling, DescribeThrottle(e.Cause))
        {
            RetryAfter = e.RetryAfter,
        },
        HttpError.Explained e => new(StatusCodes.Status500InternalServerError, ErrorCode.ServiceUnavailable, e.Message)
        {
            RetryAfter = e.RetryAfter,
        },
        HttpError.InternalFailure e => GlacierError.Unavailable(
            $"Internal failure. The server's log has the details under the request ID {e.RequestId}."),
        _ => throw new UnreachableException($"{error.GetType().Name} has no description."),
    };

    private static string DescribeThrottle(ThrottleCause cause) => cause switch
    {
        ThrottleCause.AccountShare => "Too many concurrent transfers for your account; slow down, then try again.",
        ThrottleCause.AddressShare =>
            "Too many concurrent transfers from this address for your account; slow down, then try again.",
        ThrottleCause.Server => "Too many concurrent transfers; slow down, then try again.",
        ThrottleCause.Documents => "Too many concurrent requests with a document; slow down, then try again.",
    };

    private static GlacierError DescribeVerdict(SignatureVerdict verdict, string region) => verdict.Outcome switch
    {
        SignatureOutcome.Verified => throw new ArgumentException("A verified signature is no error.", nameof(verdict)),
        SignatureOutcome.NoAuthorization => new(
            StatusCodes.Status400BadRequest,
            ErrorCode.MissingAuthenticationToken,
            "Missing Authentication Token: the request has no Authorization header. Sign it with Signature Version 4."),
        SignatureOutcome.MalformedAuthorization or SignatureOutcome.MalformedPresignedUrl => new(
            StatusCodes.Status400BadRequest, ErrorCode.IncompleteSignature, verdict.Message),
        SignatureOutcome.WrongService => InvalidSignature($"{verdict.Message} It must be 'glacier'."),
        SignatureOutcome.WrongRegion => InvalidSignature($"{verdict.Message} This server is in '{region}'."),
        SignatureOutcome.TimestampMissing
            or SignatureOutcome.TimestampMalformed
            or SignatureOutcome.ScopeDateDiffers
            or SignatureOutcome.RequiredHeaderNotSigned
            or SignatureOutcome.SignedHeaderMissing
            or SignatureOutcome.PresignedUrlExpired => InvalidSignature(verdict.Message),
        SignatureOutcome.SignatureDiffers => InvalidSignature(
            verdict.Difference is { CanonicalRequest: { } canonical } difference
                ? $"{verdict.Message}\n\nThe Canonical String for this request should have been\n'{canonical}'\n\n"
                    + $"The String-to-Sign should have been\n'{difference.TextToSign}'\n"
                : verdict.Message),
        SignatureOutcome.ClockSkew => InvalidSignature($"{verdict.Message} Set the clock of the machine that signs."),
    };

    private static GlacierError BadRequest(string message) => new(StatusCodes.Status400BadRequest, ErrorCode.BadRequest, message);

    private static GlacierError InvalidSignature(string message) =>
        new(StatusCodes.Status403Forbidden, ErrorCode.InvalidSignature, message);
}
