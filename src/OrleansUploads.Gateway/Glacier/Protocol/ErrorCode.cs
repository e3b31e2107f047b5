namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>The error codes that this server sends. SDKs make their exceptions of them.</summary>
internal static class ErrorCode
{
    public const string AccessDenied = "AccessDeniedException";
    public const string BadRequest = "BadRequest";
    public const string IncompleteSignature = "IncompleteSignatureException";
    public const string InvalidParameterValue = "InvalidParameterValueException";
    public const string InvalidSignature = "InvalidSignatureException";
    public const string LimitExceeded = "LimitExceededException";
    public const string MissingAuthenticationToken = "MissingAuthenticationTokenException";
    public const string MissingParameterValue = "MissingParameterValueException";
    public const string PolicyEnforced = "PolicyEnforcedException";
    public const string RequestTimeout = "RequestTimeoutException";
    public const string ResourceNotFound = "ResourceNotFoundException";
    public const string Serialization = "SerializationException";
    public const string ServiceUnavailable = "ServiceUnavailableException";
    public const string Throttling = "ThrottlingException";
    public const string UnknownOperation = "UnknownOperationException";
    public const string UnrecognizedClient = "UnrecognizedClientException";
}
