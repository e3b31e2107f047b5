using System.Security.Cryptography;

namespace OrleansUploads.Signing;

/// <summary>Signs requests with one secret for one region and service. Thread-safe.</summary>
public sealed class RequestSigner
{
    private readonly SigningKeyCache _keys = new();
    private readonly SigningRules _rules;
    private readonly string _region;
    private readonly string _accessKeyId;
    private readonly string _secret;

    /// <summary>Creates a signer.</summary>
    /// <param name="rules">The service's rules.</param>
    /// <param name="region">The region, such as <c>us-east-1</c>.</param>
    /// <param name="accessKeyId">ID of the access key.</param>
    /// <param name="secret">The secret access key. It never leaves this object.</param>
    public RequestSigner(SigningRules rules, string region, string accessKeyId, string secret)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentException.ThrowIfNullOrEmpty(region);
        ArgumentException.ThrowIfNullOrEmpty(accessKeyId);
        ArgumentException.ThrowIfNullOrEmpty(secret);
        _rules = rules;
        _region = region;
        _accessKeyId = accessKeyId;
        _secret = secret;
    }

    /// <summary>Signs a request. All headers must already be set, including <c>x-amz-date</c>.</summary>
    /// <param name="request">The request as it will be sent.</param>
    /// <param name="signedHeaders">Distinct names of the headers to sign, in lower case and ascending order.</param>
    /// <returns>The <c>Authorization</c> header to send.</returns>
    /// <exception cref="ArgumentException">The names are not in that form, or <c>x-amz-date</c> is missing or
    /// malformed.</exception>
    public AuthorizationHeader Sign(in SigningRequest request, string[] signedHeaders)
    {
        ArgumentNullException.ThrowIfNull(signedHeaders);
        if (!AuthorizationHeader.AreCanonical(signedHeaders))
        {
            throw new ArgumentException("Header names must be distinct, in lower case and in ascending order.", nameof(signedHeaders));
        }

        if (request.Header("x-amz-date") is not { } timestamp || !AmzTimestamp.TryParse(timestamp, out _))
        {
            throw new ArgumentException("The request needs an x-amz-date header in the form yyyyMMddTHHmmssZ.", nameof(request));
        }

        var scope = new CredentialScope(timestamp[..AmzTimestamp.DateChars], _region, _rules.Service);
        var signature = new byte[HMACSHA256.HashSizeInBytes];
        _keys.GetOrDerive(_secret, scope).Sign(request, _rules, signedHeaders, timestamp, signature);
        return new AuthorizationHeader(_accessKeyId, scope, signedHeaders, signature);
    }
}
