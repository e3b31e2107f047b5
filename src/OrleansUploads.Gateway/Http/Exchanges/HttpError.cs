using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>An error that does not depend on the protocol: what can be wrong with a request before any operation looks at it, and
/// what can fail in the server. A closed set; each front gives every case its code, status and message.</summary>
internal abstract record HttpError
{
    private HttpError()
    {
    }

    /// <summary>When the client should try again, or null if that is not known.</summary>
    public TimeSpan? RetryAfter => this switch
    {
        Throttled { Cause: ThrottleCause.Documents } => DocumentPlaces.RetryAfter,
        Throttled => TransferLimiter.RetryAfter,
        OutcomeUnknown => TimeSpan.FromSeconds(1),
        _ => null,
    };

    /// <summary>A server that does not verify signatures was addressed by a name that is not a loopback name.</summary>
    /// <param name="Host">The <c>Host</c> header.</param>
    internal sealed record HostNotLoopback(string Host) : HttpError;

    /// <summary>A browser sent the request for a page of another origin, and the server does not verify signatures.</summary>
    /// <param name="Origin">What the browser says about the page.</param>
    internal sealed record ForeignOrigin(string Origin) : HttpError;

    internal sealed record HeadersTooLong(int Bytes, int MaxBytes) : HttpError;

    /// <summary>The request is not signed as it must be: no signature, a wrong one, an unsigned header, a wrong clock and so
    /// on.</summary>
    /// <param name="Verdict">What is wrong; never <see cref="SignatureOutcome.Verified"/>.</param>
    /// <param name="Region">The region that this server is in.</param>
    internal sealed record SignatureRejected(SignatureVerdict Verdict, string Region) : HttpError;

    internal sealed record UnknownAccessKey(string AccessKeyId) : HttpError;

    /// <summary>The access key's scope does not include what the request does.</summary>
    internal sealed record KeyNotPermitted(string AccessKeyId, string Scope, string Operation) : HttpError;

    /// <summary>The request does not state the SHA-256 of its body, and the operation requires it.</summary>
    internal sealed record PayloadHashMissing : HttpError;

    /// <summary>The stated SHA-256 of the body is not a hash.</summary>
    internal sealed record PayloadHashMalformed(string Text) : HttpError;

    /// <summary>The body does not have the SHA-256 that was signed.</summary>
    /// <param name="Computed">SHA-256 of the received bytes, in hex.</param>
    /// <param name="Stated">SHA-256 as stated, in hex.</param>
    internal sealed record PayloadHashDiffers(string Computed, string Stated) : HttpError;

    /// <summary>The body is longer than the operation allows.</summary>
    /// <param name="Bytes">Its length, or null if unknown.</param>
    /// <param name="MaxBytes">Maximum length.</param>
    internal sealed record BodyTooLong(long? Bytes, int MaxBytes) : HttpError;

    /// <summary>An aws-chunked body is malformed, cut short, or not authentic.</summary>
    /// <param name="Error">What is wrong with it.</param>
    internal sealed record ChunkedBodyRejected(ChunkedBodyError Error) : HttpError;

    /// <summary>The web server stopped waiting for the body, or the read was canceled in favor of other clients.</summary>
    internal sealed record BodyStalled : HttpError;

    /// <summary>The body arrived more slowly than the minimum rate.</summary>
    /// <param name="MinBytesPerSecond">The minimum rate for this account at this moment.</param>
    internal sealed record BodyTooSlow(double MinBytesPerSecond) : HttpError;

    /// <summary>The request is not valid HTTP.</summary>
    /// <param name="Reason">What is wrong, as a sentence.</param>
    internal sealed record MalformedRequest(string Reason) : HttpError;

    /// <summary>Too many transfers are running and waiting.</summary>
    /// <param name="Cause">Which limit was reached.</param>
    internal sealed record Throttled(ThrottleCause Cause) : HttpError;

    /// <summary>A fault in the server whose cause is known. All protocols describe it in the same words.</summary>
    /// <param name="Message">What is wrong, and what to do.</param>
    internal abstract record Explained(string Message) : HttpError;

    internal sealed record StorageFull() : Explained(
        "The disk of the server is full, so nothing was stored. Try again after the server's operator has freed disk space.");

    internal sealed record StorageFailed() : Explained(
        "The disk of the server failed, so nothing was stored. The server's operator must check the disk and restart the server.");

    /// <summary>The part store cannot be reached at the moment. Nothing was stored or returned; the request may be repeated.</summary>
    internal sealed record StorageUnavailable() : Explained(
        "The server cannot reach its part store at the moment, so nothing was stored or returned. Try again.");

    /// <summary>The bytes of this server have moved.</summary>
    /// <param name="Place">Where they are now.</param>
    internal sealed record StoreMoved(string Place) : Explained(
        $"The bytes of this server have moved to {Place}, so nothing was stored or deleted. Send requests to the server or cluster that "
        + "keeps its bytes there.");

    /// <summary>The part store belongs to another server now.</summary>
    internal sealed record StoreLost() : Explained(
        "This server has lost its part store, so nothing was stored or deleted. Send requests to the server that has it now; the "
        + "operator finds it in the log of this one.");

    /// <summary>Stored bytes are damaged.</summary>
    /// <param name="RequestId">Finds the details in the server's log.</param>
    internal sealed record DataDamaged(string RequestId) : Explained(
        "The stored bytes are damaged, so the server does not return them. Give the server's operator the request ID "
        + $"{RequestId}; the server's log names the damaged file.");

    /// <summary>The server's journal is damaged where it describes the requested resource.</summary>
    /// <param name="RequestId">Finds the details in the server's log.</param>
    internal sealed record JournalDamaged(string RequestId) : Explained(
        "The server's journal is damaged where it describes this resource. Give the server's operator the request ID "
        + $"{RequestId}; the server's log says what to do.");

    /// <summary>The server's journal cannot be read or written at the moment.</summary>
    internal sealed record JournalUnavailable() : Explained("The server cannot read or write its journal at the moment. Try again.");

    /// <summary>The server's disk is full, so the journal can record nothing. The request may have been carried out.</summary>
    internal sealed record JournalFull() : Explained(
        "The disk of the server is full. If the request changes something, it is not known whether it was carried out; repeating it is "
        + "safe. Try again after the server's operator has freed disk space.");

    /// <summary>The server's database refused the write, or the read before it.</summary>
    /// <param name="RequestId">Finds the reason in the server's log.</param>
    internal sealed record JournalRefused(string RequestId) : Explained(
        "The server's database refuses what the request needs, so the request was not carried out. Repeat it after the server's operator has "
        + $"repaired the database; the server's log says how under the request ID {RequestId}.");

    /// <summary>The server does not know whether the request was carried out. That is also the case if it is stopping.</summary>
    internal sealed record OutcomeUnknown() : Explained(
        "The server does not know whether the request was carried out. Repeating it is safe; try again.");

    /// <summary>Any other fault in the server.</summary>
    /// <param name="RequestId">Finds the details in the server's log.</param>
    internal sealed record InternalFailure(string RequestId) : HttpError;
}

/// <summary>Turns an exception into the <see cref="HttpError"/> that the client gets.</summary>
internal static class HttpFaults
{
    /// <summary>The error for an exception. An unexpected exception becomes an internal failure without details.</summary>
    /// <param name="fault">The exception.</param>
    /// <param name="requestId">The ID of the request that failed.</param>
    /// <param name="maxDocumentBytes">Maximum length of a body that is not an upload; Kestrel enforces it too.</param>
    public static HttpError ToError(Exception fault, string requestId, int maxDocumentBytes) => fault switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new HttpError.BodyStalled(),
        BodyTimeoutException { MinBytesPerSecond: { } required } => new HttpError.BodyTooSlow(required),
        ChunkedBodyException invalid => new HttpError.ChunkedBodyRejected(invalid.Error),
        BodyTimeoutException => new HttpError.BodyStalled(),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            new HttpError.BodyTooLong(null, maxDocumentBytes),
        BadHttpRequestException malformed => new HttpError.MalformedRequest(malformed.Message),
        PartStoreFullException => new HttpError.StorageFull(),
        PartStoreFailedException => new HttpError.StorageFailed(),
        StoreLostException { MovedTo: { } place } => new HttpError.StoreMoved(place),
        StoreLostException => new HttpError.StoreLost(),
        PartStoreUnavailableException => new HttpError.StorageUnavailable(),
        AttemptDamagedException or CopySourceDamagedException => new HttpError.DataDamaged(requestId),
        JournalDamagedException or EntityUnavailableException { InnerException: JournalDamagedException } =>
            new HttpError.JournalDamaged(requestId),
        JournalUnavailableException { IsRefusal: true } or EntityUnavailableException { IsRefused: true } =>
            new HttpError.JournalRefused(requestId),
        JournalUnavailableException { IsDiskFull: true }
            or EntityUnavailableException { InnerException: JournalUnavailableException { IsDiskFull: true } } =>
            new HttpError.JournalFull(),
        JournalUnavailableException or EntityUnavailableException { InnerException: JournalUnavailableException } =>
            new HttpError.JournalUnavailable(),
        EntityUnavailableException => new HttpError.OutcomeUnknown(),
        _ => new HttpError.InternalFailure(requestId),
    };
}
