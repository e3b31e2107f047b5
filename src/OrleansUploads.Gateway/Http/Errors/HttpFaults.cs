using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.Http.Errors;

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
        PartStoreUnavailableException => new HttpError.StorageUnavailable(),
        AttemptDamagedException or CopySourceDamagedException => new HttpError.DataDamaged(requestId),
        JournalDamagedException or EntityUnavailableException { InnerException: JournalDamagedException } =>
            new HttpError.JournalDamaged(requestId),
        JournalUnavailableException { IsDiskFull: true }
            or EntityUnavailableException { InnerException: JournalUnavailableException { IsDiskFull: true } } =>
            new HttpError.JournalFull(),
        JournalUnavailableException or EntityUnavailableException { InnerException: JournalUnavailableException } =>
            new HttpError.JournalUnavailable(),
        EntityUnavailableException => new HttpError.OutcomeUnknown(),
        _ => new HttpError.InternalFailure(requestId),
    };
}
