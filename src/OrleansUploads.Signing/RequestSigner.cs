using System.Security.Cryptography;

namespace OrleansUploads.Signing;

/// <summary>Signs requests with one secret for one region and service. Safe for many threads.</summary>
public sealed class RequestSigner
{
    private readonly SigningKeyCache _keys = new();
    private readonly SigningRules _rules;
    private readonly string _region;
    private readonly string _accessKeyId;
    private readonly string _secret;

    /// <summary>Makes a signer.</summary>
    /// <param name="rules">The service's rules.</param>
    /// <param name="region">Such as <c>us-east-1</c>.</param>
    /// <param name="accessKeyId">Names the secret to the server.</param>
    /// <param name="secret">Never leaves this object.</param>
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

    /// <summary>Signs a request that already carries all its headers, <c>x-amz-date</c> among them.</summary>
    /// <param name="request">The request as it will be sent.</param>
    /// <param name="signedHeaders">Names to sign: lower case, ascending, each once.</param>
    /// <returns>What to send as <c>Authorization</c>.</returns>
    /// <exception cref="ArgumentException">The names are not in that form, or <c>x-amz-date</c> is absent or malformed.</exception>
    public AuthorizationHeader Sign(in SigningRequest request, string[] signedHeaders)
    {
        ArgumentNullException.ThrowIfNull(signedHeaders);
        if (!AuthorizationHeader.AreCanonical(signedHeaders))
        {
            throw new ArgumentException("Header names must be lower case, ascending, each once.", nameof(signedHeaders));
        }

        if (request.Header("x-amz-date") is not { } timestamp || !AmzTimestamp.TryParse(timestamp, out _))
        {
            throw new ArgumentException("The request needs an x-amz-date in basic ISO 8601 form.", nameof(request));
        }

        var scope = new CredentialScope(timestamp[..AmzTimestamp.DateChars], _region, _rules.Service);
        var signature = new byte[HMACSHA256.HashSizeInBytes];
        _keys.Get(_secret, scope).Sign(request, _rules, signedHeaders, timestamp, signature);
        return new AuthorizationHeader(_accessKeyId, scope, signedHeaders, signature);
    }
}
