namespace OrleansUploads.Signing;

/// <summary>Returns the value of a request header.</summary>
/// <param name="name">The header's name in lower case. The lookup ignores case.</param>
/// <returns>The value as sent, or null if the header is missing. Repeated headers are joined with <c>,</c> in the order
/// sent.</returns>
public delegate string? HeaderLookup(string name);

/// <summary>The parts of an HTTP request that a signature covers.</summary>
/// <param name="Method">The method in upper case, such as <c>PUT</c>.</param>
/// <param name="RawTarget">Path and query exactly as on the wire, not decoded; starts with <c>/</c>.</param>
/// <param name="Header">Looks up the request's headers.</param>
/// <param name="HeaderNames">Names of all headers of the request, in any case. A verifier checks them for unsigned
/// headers.</param>
/// <param name="PayloadHash">The value of <c>x-amz-content-sha256</c> if the request has this header, otherwise the lower-case
/// hex SHA-256 of the body. The caller must check that the body has this hash.</param>
public readonly record struct SigningRequest(
    string Method, string RawTarget, HeaderLookup Header, IEnumerable<string> HeaderNames, string PayloadHash)
{
    /// <summary>SHA-256 of zero bytes: the payload hash of a request without a body.</summary>
    public const string EmptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>Whether the signature is in the query. It does not cover itself.</summary>
    public bool IsPresigned { get; init; }
}
