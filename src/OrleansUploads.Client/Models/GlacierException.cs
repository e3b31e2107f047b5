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

/// <summary>The common values of <see cref="GlacierException.Code"/>.</summary>
public static class GlacierErrorCodes
{
    /// <summary>403: the access key is not permitted to perform this operation.</summary>
    public const string AccessDenied = "AccessDeniedException";

    /// <summary>503: there is currently no capacity for an expedited job.</summary>
    public const string InsufficientCapacity = "InsufficientCapacityException";

    /// <summary>400: a parameter, header, hash, range or size is invalid.</summary>
    public const string InvalidParameterValue = "InvalidParameterValueException";

    /// <summary>403: the signature or payload hash is wrong, or the client's clock differs too much from the server's.</summary>
    public const string InvalidSignature = "InvalidSignatureException";

    /// <summary>400: a limit of the account is reached.</summary>
    public const string LimitExceeded = "LimitExceededException";

    /// <summary>400: a required parameter is missing.</summary>
    public const string MissingParameterValue = "MissingParameterValueException";

    /// <summary>400: the account's data retrieval policy does not currently allow the job.</summary>
    public const string PolicyEnforced = "PolicyEnforcedException";

    /// <summary>408: the server waited too long for the body.</summary>
    public const string RequestTimeout = "RequestTimeoutException";

    /// <summary>404: the vault, upload, archive or job does not exist.</summary>
    public const string ResourceNotFound = "ResourceNotFoundException";

    /// <summary>500: an internal error of the server.</summary>
    public const string ServiceUnavailable = "ServiceUnavailableException";

    /// <summary>400: the client sends too many requests.</summary>
    public const string Throttling = "ThrottlingException";

    /// <summary>400: the access key is unknown.</summary>
    public const string UnrecognizedClient = "UnrecognizedClientException";

    /// <summary>The store refused the write of a part under a grant. Set by this client, not by the server.</summary>
    public const string WriteRefused = "WriteRefused";

    /// <summary>The connection failed, so there is no response. Set by this client, not by the server.</summary>
    public const string ConnectionFailure = "ConnectionFailure";

    /// <summary>No byte was transferred for the idle timeout, so there is no response. Set by this client, not by the
    /// server.</summary>
    public const string IdleTimeout = "IdleTimeout";

    /// <summary>The response does not follow the protocol; it may come from a proxy. Set by this client, not by the
    /// server.</summary>
    public const string UnreadableAnswer = "UnreadableAnswer";

    /// <summary>The tree hash that the server returned does not match the bytes that were sent or received. Set by this
    /// client, not by the server.</summary>
    public const string HashDiffers = "HashDiffers";
}
