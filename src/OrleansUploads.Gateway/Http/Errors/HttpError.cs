using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Errors;

/// <summary>An error that does not depend on the protocol: what can be wrong with a request before any operation looks at it, and
/// what can fail in the server. A closed set; each front gives every case its code, status and message.</summary>
internal abstract record HttpError
{
    private HttpError()
    {
    }

    /// <summary>A server that does not verify signatures was addressed by a name that is not a loopback name.</summary>
    /// <param name="Host">The <c>Host</c> header.</param>
    internal sealed record HostNotLoopback(string Host) : HttpError;

    /// <summary>A browser sent the request for a page of another origin, and the server does not verify signatures.</summary>
    /// <param name="Origin">What the browser says about the page.</param>
    internal sealed record ForeignOrigin(string Origin) : HttpError;

    /// <summary>The request's headers are too long.</summary>
    /// <param name="Bytes">Length of the headers.</param>
    /// <param name="MaxBytes">Maximum length.</param>
    internal sealed record HeadersTooLong(int Bytes, int MaxBytes) : HttpError;

    /// <summary>The request is not signed as it must be: no signature, a wrong one, an unsigned header, a wrong clock and so
    /// on.</summary>
    /// <param name="Verdict">What is wrong; never <see cref="SignatureOutcome.Verified"/>.</param>
    /// <param name="Region">The region that this server is in.</param>
    internal sealed record SignatureRejected(SignatureVerdict Verdict, string Region) : HttpError;

    /// <summary>The server does not know the access key.</summary>
    /// <param name="AccessKeyId">The access key of the request.</param>
    internal sealed record UnknownAccessKey(string AccessKeyId) : HttpError;

    /// <summary>The access key's scope does not include what the request does.</summary>
    /// <param name="AccessKeyId">The access key of the request.</param>
    /// <param name="Scope">The scope of the key.</param>
    /// <param name="Operation">The name of the operation.</param>
    internal sealed record KeyNotPermitted(string AccessKeyId, string Scope, string Operation) : HttpError;

    /// <summary>The request does not state the SHA-256 of its body, and the operation requires it.</summary>
    internal sealed record PayloadHashMissing : HttpError;

    /// <summary>The stated SHA-256 of the body is not a hash.</summary>
    /// <param name="Text">What the request states.</param>
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

    /// <summary>No byte of the body arrived for too long, or the read was canceled in favor of other clients.</summary>
    internal sealed record BodyStalled : HttpError;

    /// <summary>The body arrived more slowly than the minimum rate.</summary>
    /// <param name="MinBytesPerSecond">The minimum rate for this account at this moment.</param>
    internal sealed record BodyTooSlow(double MinBytesPerSecond) : HttpError;

    /// <summary>The request is not valid HTTP.</summary>
    /// <param name="Reason">What is wrong, as a sentence.</param>
    internal sealed record MalformedRequest(string Reason) : HttpError;

    /// <summary>Too many transfers are running and waiting.</summary>
    /// <param name="Throttle">Which limit was reached, and when to try again.</param>
    internal sealed record Throttled(Throttle Throttle) : HttpError;

    /// <summary>The server's disk is full.</summary>
    internal sealed record StorageFull : HttpError;

    /// <summary>The server's disk has failed.</summary>
    internal sealed record StorageFailed : HttpError;

    /// <summary>The part store cannot be reached at the moment. Nothing was stored or returned; the request may be repeated.</summary>
    internal sealed record StorageUnavailable : HttpError;

    /// <summary>Stored bytes are damaged.</summary>
    /// <param name="RequestId">Finds the details in the server's log.</param>
    internal sealed record DataDamaged(string RequestId) : HttpError;

    /// <summary>The server's journal is damaged where it describes the requested resource.</summary>
    /// <param name="RequestId">Finds the details in the server's log.</param>
    internal sealed record JournalDamaged(string RequestId) : HttpError;

    /// <summary>The server's journal cannot be read or written at the moment.</summary>
    internal sealed record JournalUnavailable : HttpError;

    /// <summary>The server's disk is full, so the journal can record nothing. The request may have been carried out.</summary>
    internal sealed record JournalFull : HttpError;

    /// <summary>The server does not know whether the request was carried out. That is also the case if it is stopping.</summary>
    internal sealed record OutcomeUnknown : HttpError
    {
        /// <summary>When the client should try again.</summary>
        public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    }

    /// <summary>Any other fault in the server.</summary>
    /// <param name="RequestId">Finds the details in the server's log.</param>
    internal sealed record InternalFailure(string RequestId) : HttpError;
}
