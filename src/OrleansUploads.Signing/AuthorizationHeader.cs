using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace OrleansUploads.Signing;

/// <summary>A parsed <c>Authorization</c> header:
/// <c>AWS4-HMAC-SHA256 Credential=key/scope, SignedHeaders=a;b;c, Signature=hex</c>.</summary>
public sealed class AuthorizationHeader
{
    internal const string Algorithm = "AWS4-HMAC-SHA256";

    // RFC 9110 token characters without upper-case letters.
    private static readonly SearchValues<char> LowerCaseToken =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    private readonly string[] _signedHeaders;
    private readonly byte[] _signature;

    internal AuthorizationHeader(string accessKeyId, CredentialScope scope, string[] signedHeaders, byte[] signature)
    {
        AccessKeyId = accessKeyId;
        Scope = scope;
        _signedHeaders = signedHeaders;
        _signature = signature;
    }

    /// <summary>ID of the access key that signed the request, according to the request.</summary>
    public string AccessKeyId { get; }

    /// <summary>The day, region and service of the signature.</summary>
    public CredentialScope Scope { get; }

    /// <summary>Distinct names of the signed headers, in lower case and ascending order. The request may have another order.</summary>
    public IReadOnlyList<string> SignedHeaders => _signedHeaders;

    /// <summary>The 32 bytes of the signature.</summary>
    public ReadOnlySpan<byte> Signature => _signature;

    /// <summary>Parses a header's value. Parameters may be in any order, separated by <c>,</c> with or without spaces.</summary>
    /// <param name="value">The header's value, or null if the request has none.</param>
    /// <param name="header">The parsed header, or null if the method returns false.</param>
    /// <param name="error">The error, or <see cref="AuthorizationError.None"/>.</param>
    public static bool TryParse(
        string? value,
        [NotNullWhen(true)] out AuthorizationHeader? header,
        out AuthorizationError error)
    {
        var text = value.AsSpan().Trim();
        header = null;
        error = text.IsEmpty ? AuthorizationError.Absent
            : !text.StartsWith(Algorithm + " ", StringComparison.Ordinal) ? AuthorizationError.UnsupportedAlgorithm
            : !TrySplit(text[Algorithm.Length..], out var credential, out var signedHeaders, out var signature)
                ? AuthorizationError.MalformedParameter
            : Build(credential, signedHeaders, signature, out header);
        return header is not null;
    }

    /// <summary>The header's value, with parameters separated by <c>, </c>.</summary>
    public override string ToString() =>
        $"{Algorithm} Credential={AccessKeyId}/{Scope}, SignedHeaders={string.Join(';', _signedHeaders)}, "
        + $"Signature={Convert.ToHexStringLower(_signature)}";

    /// <summary>Whether a header is signed. The list may be long, and is searched before the signature is verified.</summary>
    internal bool Signs(string name) => Array.BinarySearch(_signedHeaders, name.ToLowerInvariant(), StringComparer.Ordinal) >= 0;

    /// <summary>Whether names are in the canonical form that signer and verifier share: distinct, lower case,
    /// ascending.</summary>
    internal static bool AreCanonical(ReadOnlySpan<string> names)
    {
        var previous = "";
        foreach (var name in names)
        {
            if (name.AsSpan().ContainsAnyExcept(LowerCaseToken) || string.CompareOrdinal(previous, name) >= 0)
            {
                return false;
            }

            previous = name;
        }

        return names.Length > 0;
    }

    /// <summary>Checks the three parameters and makes the value of them.</summary>
    internal static AuthorizationError Build(
        ReadOnlySpan<char> credential,
        ReadOnlySpan<char> signedHeaders,
        ReadOnlySpan<char> signature,
        out AuthorizationHeader? header)
    {
        header = null;
        if (credential.IsEmpty)
        {
            return AuthorizationError.CredentialMissing;
        }

        var keyChars = credential.IndexOf('/');
        if (keyChars < 1 || !CredentialScope.TryParse(credential[(keyChars + 1)..], out var scope))
        {
            return AuthorizationError.CredentialMalformed;
        }

        if (signedHeaders.IsEmpty)
        {
            return AuthorizationError.SignedHeadersMissing;
        }

        // A signature covers the names in ascending order. Libcloud and presigned URLs of Amazon's SDK for PHP list them in another one.
        var names = signedHeaders.ToString().Split(';');
        Array.Sort(names, StringComparer.Ordinal);
        if (!AreCanonical(names))
        {
            return AuthorizationError.SignedHeadersMalformed;
        }

        if (signature.IsEmpty)
        {
            return AuthorizationError.SignatureMissing;
        }

        var bytes = new byte[HMACSHA256.HashSizeInBytes];
        if (signature.Length != 2 * bytes.Length
            || Convert.FromHexString(signature, bytes, out _, out _) != OperationStatus.Done)
        {
            return AuthorizationError.SignatureMalformed;
        }

        header = new AuthorizationHeader(credential[..keyChars].ToString(), scope, names, bytes);
        return AuthorizationError.None;
    }

    private static bool TrySplit(
        ReadOnlySpan<char> parameters,
        out ReadOnlySpan<char> credential,
        out ReadOnlySpan<char> signedHeaders,
        out ReadOnlySpan<char> signature)
    {
        credential = signedHeaders = signature = default;
        foreach (var range in parameters.Split(','))
        {
            var parameter = parameters[range].Trim();
            var nameChars = Math.Max(0, parameter.IndexOf('='));
            var value = parameter[Math.Min(nameChars + 1, parameter.Length)..];
            var known = parameter[..nameChars] switch
            {
                "Credential" => TryAssign(ref credential, value),
                "SignedHeaders" => TryAssign(ref signedHeaders, value),
                "Signature" => TryAssign(ref signature, value),
                _ => false,
            };
            if (!known)
            {
                return false;
            }
        }

        return true;
    }

    // An empty value counts as missing, so it may be assigned again. A second value is an error.
    private static bool TryAssign(ref ReadOnlySpan<char> parameter, ReadOnlySpan<char> value)
    {
        var wasEmpty = parameter.IsEmpty;
        parameter = value;
        return wasEmpty;
    }
}

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

    /// <summary><c>SignedHeaders</c> is not a list of distinct lower-case header names.</summary>
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

    /// <summary>A URL that is presigned with Signature Version 2 lacks a parameter or has one twice.</summary>
    Version2Incomplete,

    /// <summary><c>Expires</c> of a URL that is presigned with Signature Version 2 is not a number of seconds since 1970.</summary>
    Version2ExpiryMalformed,

    /// <summary>The URL is presigned with Signature Version 2, and the server accepts none of these.</summary>
    Version2Refused,

    /// <summary>The URL is presigned with Signature Version 2, which the operation does not accept.</summary>
    Version2NotForOperation,
}
