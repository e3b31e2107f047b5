using System.Net;

namespace OrleansUploads.Client;

/// <summary>The server refused a request, or talking to it failed.</summary>
/// <remarks>Calling this library wrongly raises the usual <see cref="ArgumentException"/>s instead, and failing to read the
/// bytes to upload raises whatever the source raised.</remarks>
public class GlacierException : Exception
{
    /// <summary>Makes an exception.</summary>
    public GlacierException(string code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>The stable name of what went wrong; see <see cref="GlacierErrorCodes"/>.</summary>
    public string Code { get; }

    /// <summary>The answer's status; null where there was no answer.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>The server's name for the request, to be quoted when asking its operator; null where there is none.</summary>
    public string? RequestId { get; init; }

    /// <summary>How long the server asks to wait before the next attempt, where it does.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request may succeed when it is sent again.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Whether an answer says "not now" rather than "no".</summary>
    internal static bool IsTransientAnswer(HttpStatusCode status, string code) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        || (int)status >= 500
        || code is GlacierErrorCodes.Throttling;
}
