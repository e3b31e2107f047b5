namespace OrleansUploads.Client;

/// <summary>The values of <see cref="GlacierException.Code"/> that programs decide on.</summary>
public static class GlacierErrorCodes
{
    /// <summary>403: the key may not do this.</summary>
    public const string AccessDenied = "AccessDeniedException";

    /// <summary>503: no capacity for an expedited job now.</summary>
    public const string InsufficientCapacity = "InsufficientCapacityException";

    /// <summary>400: a parameter, header, hash, range or size is wrong.</summary>
    public const string InvalidParameterValue = "InvalidParameterValueException";

    /// <summary>403: the signature, the clock or the payload hash is wrong.</summary>
    public const string InvalidSignature = "InvalidSignatureException";

    /// <summary>400: a limit of the account is reached.</summary>
    public const string LimitExceeded = "LimitExceededException";

    /// <summary>400: a required parameter is absent.</summary>
    public const string MissingParameterValue = "MissingParameterValueException";

    /// <summary>400: the account's data retrieval policy does not let the job pass now.</summary>
    public const string PolicyEnforced = "PolicyEnforcedException";

    /// <summary>408: the server waited too long for the body.</summary>
    public const string RequestTimeout = "RequestTimeoutException";

    /// <summary>404: no such vault, upload, archive or job.</summary>
    public const string ResourceNotFound = "ResourceNotFoundException";

    /// <summary>500: the server failed.</summary>
    public const string ServiceUnavailable = "ServiceUnavailableException";

    /// <summary>400: slow down.</summary>
    public const string Throttling = "ThrottlingException";

    /// <summary>400: the access key is unknown.</summary>
    public const string UnrecognizedClient = "UnrecognizedClientException";

    /// <summary>No answer: the connection failed or broke. This client's own code.</summary>
    public const string ConnectionFailure = "ConnectionFailure";

    /// <summary>No answer: no byte moved for the idle timeout. This client's own code.</summary>
    public const string IdleTimeout = "IdleTimeout";

    /// <summary>The answer is not what the protocol says; a proxy may have spoken. This client's own code.</summary>
    public const string UnreadableAnswer = "UnreadableAnswer";

    /// <summary>The server confirmed other bytes than were sent, or sent other bytes than it announced. This client's
    /// own code.</summary>
    public const string HashDiffers = "HashDiffers";
}
