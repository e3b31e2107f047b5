using System.Diagnostics;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier.Protocol;

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
            $"A web page ('{e.Origin}') sent the request. A server that accepts requests without signatures refuses those of other pages."),
        HttpError.HeadersTooLong e => BadRequest(
            $"The request's headers have {e.Bytes} bytes, and this server accepts at most {e.MaxBytes}."),
        HttpError.SignatureRejected e => DescribeVerdict(e.Verdict, e.Region),
        HttpError.UnknownAccessKey e => new(
            StatusCodes.Status400BadRequest,
            ErrorCode.UnrecognizedClient,
            $"The access key {e.AccessKeyId} is not known to this server. Check the credentials that your client uses."),
        HttpError.KeyNotPermitted e => GlacierError.AccessDenied(
            $"The access key {e.AccessKeyId} is for {e.Scope} only, which does not include this {e.Operation} request."),
        HttpError.PayloadHashMissing => GlacierError.Missing($"{RequestPayload.HashHeader}, the SHA-256 of the body"),
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
        HttpError.Throttled e => new(StatusCodes.Status400BadRequest, ErrorCode.Throttling, DescribeThrottle(e.Throttle.Cause))
        {
            RetryAfter = e.Throttle.RetryAfter,
        },
        HttpError.StorageFull => GlacierError.Unavailable(
            "The disk of the server is full, so nothing was stored. Try again after the server's operator has freed disk space."),
        HttpError.StorageUnavailable => GlacierError.Unavailable(
            "The server cannot reach its part store at the moment, so nothing was stored or returned. Try again."),
        HttpError.StorageFailed => GlacierError.Unavailable(
            "The disk of the server failed, so nothing was stored. The server's operator must check the disk and restart the "
            + "server."),
        HttpError.DataDamaged e => GlacierError.Unavailable(
            "The stored bytes are damaged, so the server does not return them. Give the server's operator the request ID "
            + $"{e.RequestId}; the server's log names the damaged file."),
        HttpError.JournalDamaged e => GlacierError.Unavailable(
            "The server's journal is damaged where it describes this resource. Give the server's operator the request ID "
            + $"{e.RequestId}; the server's log says what to do."),
        HttpError.JournalUnavailable => GlacierError.Unavailable(
            "The server cannot read or write its journal at the moment. Try again."),
        HttpError.JournalFull => GlacierError.Unavailable(
            "The disk of the server is full. If the request changes something, it is not known whether it was carried out; repeating it is "
            + "safe. Try again after the server's operator has freed disk space."),
        HttpError.OutcomeUnknown => GlacierError.Unavailable(
            "The server does not know whether the request was carried out. Repeating it is safe; try again.") with
        {
            RetryAfter = HttpError.OutcomeUnknown.RetryAfter,
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
            or SignatureOutcome.PresignedUrlExpired
            or SignatureOutcome.SignatureDiffers => InvalidSignature(verdict.Message),
        SignatureOutcome.ClockSkew => InvalidSignature($"{verdict.Message} Set the clock of the machine that signs."),
    };

    private static GlacierError BadRequest(string message) => new(StatusCodes.Status400BadRequest, ErrorCode.BadRequest, message);

    private static GlacierError InvalidSignature(string message) =>
        new(StatusCodes.Status403Forbidden, ErrorCode.InvalidSignature, message);
}
