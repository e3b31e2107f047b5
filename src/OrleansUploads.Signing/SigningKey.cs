using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Signing;

/// <summary>The key that signs requests of one credential scope, derived from a secret. Keep it as secret as that.</summary>
public sealed class SigningKey
{
    private readonly byte[] _key;

    private SigningKey(CredentialScope scope, byte[] key)
    {
        Scope = scope;
        _key = key;
    }

    /// <summary>What the key is good for.</summary>
    public CredentialScope Scope { get; }

    /// <summary>Derives the key by a chain of HMACs over date, region, service and <c>aws4_request</c>.</summary>
    public static SigningKey Derive(string secret, CredentialScope scope)
    {
        ArgumentException.ThrowIfNullOrEmpty(secret);
        var seed = Encoding.UTF8.GetBytes("AWS4" + secret);
        var key = new byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(seed, Encoding.UTF8.GetBytes(scope.Date), key);
        CryptographicOperations.ZeroMemory(seed);
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(scope.Region), key);
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(scope.Service), key);
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(CredentialScope.Terminator), key);
        return new SigningKey(scope, key);
    }

    /// <summary>Signs a request into 32 bytes.</summary>
    /// <param name="request">The request.</param>
    /// <param name="rules">The rules of the scope's service.</param>
    /// <param name="signedHeaders">Names to sign: lower case, ascending, each once.</param>
    /// <param name="timestamp">The value of the date header, as sent.</param>
    /// <param name="signature">Where the signature goes.</param>
    internal void Sign(
        in SigningRequest request,
        SigningRules rules,
        IReadOnlyList<string> signedHeaders,
        string timestamp,
        Span<byte> signature)
    {
        Span<byte> requestHash = stackalloc byte[SHA256.HashSizeInBytes];
        CanonicalRequest.Hash(request, rules, signedHeaders, requestHash);

        var toSign = new Utf8Builder(256);
        try
        {
            toSign.Append(AuthorizationHeader.Algorithm);
            toSign.Append((byte)'\n');
            toSign.Append(timestamp);
            toSign.Append((byte)'\n');
            toSign.Append(Scope.Date);
            toSign.Append((byte)'/');
            toSign.Append(Scope.Region);
            toSign.Append((byte)'/');
            toSign.Append(Scope.Service);
            toSign.Append((byte)'/');
            toSign.Append(CredentialScope.Terminator);
            toSign.Append((byte)'\n');
            toSign.AppendHexLower(requestHash);
            HMACSHA256.HashData(_key, toSign.Written, signature);
        }
        finally
        {
            toSign.Dispose();
        }
    }
}
