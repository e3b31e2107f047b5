using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Signing;

/// <summary>A key that signs requests of one credential scope. It is derived from a secret and must be kept equally
/// secret.</summary>
public sealed class SigningKey
{
    private readonly byte[] _key;
    private readonly string _scope;

    private SigningKey(CredentialScope scope, byte[] key)
    {
        _scope = scope.ToString();
        _key = key;
    }

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

    /// <summary>Signs a request. <paramref name="signedHeaders"/> are distinct, in lower case and ascending;
    /// <paramref name="timestamp"/> is as sent; <paramref name="signature"/> receives 32 bytes.</summary>
    internal void Sign(
        in SigningRequest request,
        SigningRules rules,
        IReadOnlyList<string> signedHeaders,
        string timestamp,
        Span<byte> signature)
    {
        using var toSign = WriteTextToSign(request, rules, signedHeaders, timestamp);
        Sign(toSign.Written, signature);
    }

    /// <summary>It contains no secret.</summary>
    internal string FormatTextToSign(
        in SigningRequest request, SigningRules rules, IReadOnlyList<string> signedHeaders, string timestamp)
    {
        using var toSign = WriteTextToSign(request, rules, signedHeaders, timestamp);
        return Encoding.UTF8.GetString(toSign.Written);
    }

    private Utf8Builder WriteTextToSign(
        in SigningRequest request, SigningRules rules, IReadOnlyList<string> signedHeaders, string timestamp)
    {
        Span<byte> requestHash = stackalloc byte[SHA256.HashSizeInBytes];
        CanonicalRequest.Hash(request, rules, signedHeaders, requestHash);

        var toSign = new Utf8Builder(256);
        WriteScope(AuthorizationHeader.Algorithm, timestamp, toSign);
        toSign.AppendHexLower(requestHash);
        return toSign;
    }

    /// <summary>Writes the lines that every text to sign begins with: algorithm, timestamp and scope.</summary>
    internal void WriteScope(string algorithm, string timestamp, Utf8Builder to)
    {
        to.Append(algorithm);
        to.Append((byte)'\n');
        to.Append(timestamp);
        to.Append((byte)'\n');
        to.Append(_scope);
        to.Append((byte)'\n');
    }

    /// <summary>Writes 32 bytes.</summary>
    internal void Sign(ReadOnlySpan<byte> text, Span<byte> signature) => HMACSHA256.HashData(_key, text, signature);
}

/// <summary>Caches derived signing keys, which are valid for a whole day. Thread-safe and bounded.</summary>
public sealed class SigningKeyCache
{
    private const int MaxKeys = 1024;

    private readonly ConcurrentDictionary<(string Secret, CredentialScope Scope), SigningKey> _keys = new();

    /// <summary>Returns the signing key of a secret and scope from the cache, or derives it.</summary>
    public SigningKey GetOrDerive(string secret, CredentialScope scope)
    {
        if (_keys.TryGetValue((secret, scope), out var cached))
        {
            return cached;
        }

        // Deriving a key is cheap, so clearing the whole cache at the limit is simpler than tracking which entry to evict. It
        // also removes keys of earlier days.
        if (_keys.Count >= MaxKeys)
        {
            _keys.Clear();
        }

        return _keys.GetOrAdd((secret, scope), SigningKey.Derive(secret, scope));
    }
}
