using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Gateway.Glacier.Errors;

/// <summary>How the protocol tells that something failed which is not the caller's command: SDKs try those again.</summary>
internal static class FaultErrors
{
    /// <summary>The error of a fault. What it does not know it calls an internal failure, without any detail.</summary>
    public static GlacierError Describe(Exception fault, string requestId) => fault switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } =>
            GlacierError.Timeout("Request timed out. The body came too slowly; send it again."),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            GlacierError.Invalid("Invalid Content-Length: the body is longer than this operation takes."),
        BadHttpRequestException bad => new(StatusCodes.Status400BadRequest, ErrorCode.BadRequest, bad.Message),
        PartStoreFullException => GlacierError.Unavailable(
            "The disk of the server is full, so nothing was stored. Try again when its operator has made room."),
        AttemptDamagedException => GlacierError.Unavailable(
            "The stored bytes are damaged and are not handed out. Tell the server's operator the request ID "
            + $"{requestId}; the server's log says which file it is."),
        JournalDamagedException or EntityUnavailableException { InnerException: JournalDamagedException } =>
            GlacierError.Unavailable(
                "The server's journal is damaged where it tells of this resource. Tell the server's operator the request ID "
                + $"{requestId}; the server's log says what to do."),
        JournalUnavailableException or EntityUnavailableException { InnerException: JournalUnavailableException } =>
            GlacierError.Unavailable("The server's journal cannot be written or read at the moment. Try again."),
        EntityUnavailableException => GlacierError.Unavailable(
            "The server does not know whether the request was carried out. Repeating it is safe; try again."),
        _ => GlacierError.Unavailable($"Internal failure. The server's log has the details under the request ID {requestId}."),
    };
}
