using System.Net;

namespace OrleansUploads.Client.Models;

/// <summary>The server refused a request, or the communication with it failed.</summary>
/// <remarks>Invalid arguments raise an <see cref="ArgumentException"/> instead. A failure to read the bytes to upload raises
/// an <see cref="IOException"/> or the exception of the <see cref="Sources.ByteSource"/>.</remarks>
public class GlacierException : Exception
{
    /// <summary>Creates an exception.</summary>
    public GlacierException(string code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>The stable error code; see <see cref="GlacierErrorCodes"/>.</summary>
    public string Code { get; }

    /// <summary>The HTTP status of the response, or null if there was no response.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>The server's ID for the request, or null. Quote it when you report a problem to the server's
    /// operator.</summary>
    public string? RequestId { get; init; }

    /// <summary>The delay that the server asks for before the next attempt, or null if it asks for none.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request may succeed if it is retried.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Whether a status and error code indicate a temporary condition.</summary>
    internal static bool IsTransientAnswer(HttpStatusCode status, string code) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        || (int)status >= 500
        || code is GlacierErrorCodes.Throttling;
}
