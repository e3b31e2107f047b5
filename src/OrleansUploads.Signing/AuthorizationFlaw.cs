namespace OrleansUploads.Signing;

/// <summary>What is wrong with the text of an <c>Authorization</c> header.</summary>
public enum AuthorizationFlaw
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>There is no header, or it is empty.</summary>
    Absent,

    /// <summary>It does not begin with <c>AWS4-HMAC-SHA256</c> and a space.</summary>
    UnsupportedAlgorithm,

    /// <summary>A parameter is not <c>name=value</c>, is unknown, or is given twice.</summary>
    MalformedParameter,

    /// <summary>There is no <c>Credential</c>.</summary>
    CredentialMissing,

    /// <summary><c>Credential</c> is not <c>key/yyyyMMdd/region/service/aws4_request</c>.</summary>
    CredentialMalformed,

    /// <summary>There is no <c>SignedHeaders</c>.</summary>
    SignedHeadersMissing,

    /// <summary><c>SignedHeaders</c> is not a list of lower-case header names in ascending order, each once.</summary>
    SignedHeadersMalformed,

    /// <summary>There is no <c>Signature</c>.</summary>
    SignatureMissing,

    /// <summary><c>Signature</c> is not 64 hex digits.</summary>
    SignatureMalformed,
}
