namespace OrleansUploads.Signing;

/// <summary>Finds a header of a request.</summary>
/// <param name="name">In lower case; the lookup ignores case.</param>
/// <returns>The value as sent, repeated headers joined by <c>,</c> in the order sent; null where there is none.</returns>
public delegate string? HeaderLookup(string name);

/// <summary>What a signature covers of one HTTP request.</summary>
/// <param name="Method">In upper case, such as <c>PUT</c>.</param>
/// <param name="RawTarget">Path and query exactly as on the wire, never decoded; starts with <c>/</c>.</param>
/// <param name="Header">Finds the request's headers.</param>
/// <param name="PayloadHash">What stands for the body: the value of <c>x-amz-content-sha256</c> where the request carries
/// it, else the lower-case hex SHA-256 of the body. That the body really has this hash is for the caller to check.</param>
public readonly record struct SigningRequest(string Method, string RawTarget, HeaderLookup Header, string PayloadHash)
{
    /// <summary>SHA-256 of no bytes: the payload hash of a request without a body.</summary>
    public const string EmptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
}
