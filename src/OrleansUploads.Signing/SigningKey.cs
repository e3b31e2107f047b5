using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Signing;

/// <summary>A key that signs requests of one credential scope. It is derived from a secret and must be kept equally
/// secret.</summary>
public sealed class SigningKey
{
    private readonly byte[] _key;

    private SigningKey(CredentialScope scope, byte[] key)
    {
        Scope = scope;
        _key = key;
    }

    /// <summary>The scope of the key.</summary>
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

    /// <summary>Signs a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="rules">The rules of the scope's service.</param>
    /// <param name="signedHeaders">Distinct names of the headers to sign, in lower case and ascending order.</param>
    /// <param name="timestamp">The value of the date header, as sent.</param>
    /// <param name="signature">Receives the 32 bytes of the signature.</param>
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
            WriteScope(AuthorizationHeader.Algorithm, timestamp, ref toSign);
            toSign.AppendHexLower(requestHash);
            Sign(toSign.Written, signature);
        }
        finally
        {
            toSign.Dispose();
        }
    }

    /// <summary>Writes the lines that every text to sign begins with: algorithm, timestamp and scope.</summary>
    internal void WriteScope(string algorithm, string timestamp, ref Utf8Builder to)
    {
        to.Append(algorithm);
        to.Append((byte)'\n');
        to.Append(timestamp);
        to.Append((byte)'\n');
        to.Append(Scope.Date);
        to.Append((byte)'/');
        to.Append(Scope.Region);
        to.Append((byte)'/');
        to.Append(Scope.Service);
        to.Append((byte)'/');
        to.Append(CredentialScope.Terminator);
        to.Append((byte)'\n');
    }

    /// <summary>Writes the 32 bytes of the signature of a text.</summary>
    internal void Sign(ReadOnlySpan<byte> text, Span<byte> signature) => HMACSHA256.HashData(_key, text, signature);
}
