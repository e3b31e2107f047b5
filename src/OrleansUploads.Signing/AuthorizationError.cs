namespace OrleansUploads.Signing;

/// <summary>Errors in the text of an <c>Authorization</c> header.</summary>
public enum AuthorizationError
{
    /// <summary>No error.</summary>
    None,

    /// <summary>The header is missing or empty.</summary>
    Absent,

    /// <summary>The header does not begin with <c>AWS4-HMAC-SHA256</c> and a space.</summary>
    UnsupportedAlgorithm,

    /// <summary>A parameter is not <c>name=value</c>, is unknown, or occurs twice.</summary>
    MalformedParameter,

    /// <summary><c>Credential</c> is missing.</summary>
    CredentialMissing,

    /// <summary><c>Credential</c> is not <c>key/yyyyMMdd/region/service/aws4_request</c>.</summary>
    CredentialMalformed,

    /// <summary><c>SignedHeaders</c> is missing.</summary>
    SignedHeadersMissing,

    /// <summary><c>SignedHeaders</c> is not a list of distinct lower-case header names in ascending order.</summary>
    SignedHeadersMalformed,

    /// <summary><c>Signature</c> is missing.</summary>
    SignatureMissing,

    /// <summary><c>Signature</c> is not 64 hex digits.</summary>
    SignatureMalformed,

    /// <summary><c>X-Amz-Date</c> of a presigned URL is missing or not <c>yyyyMMddTHHmmssZ</c>.</summary>
    PresignedDateMalformed,

    /// <summary><c>X-Amz-Expires</c> of a presigned URL is missing or not a number of seconds from 1 to seven days.</summary>
    PresignedLifetimeInvalid,

    /// <summary>The service has no presigned URLs.</summary>
    PresignedUrlUnsupported,
}
