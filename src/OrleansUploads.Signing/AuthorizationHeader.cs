using System.Buffers;
using System.Security.Cryptography;

namespace OrleansUploads.Signing;

/// <summary>A parsed <c>Authorization</c> header:
/// <c>AWS4-HMAC-SHA256 Credential=key/scope, SignedHeaders=a;b;c, Signature=hex</c>.</summary>
public sealed class AuthorizationHeader
{
    internal const string Algorithm = "AWS4-HMAC-SHA256";

    // RFC 9110 token characters without the upper-case letters.
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

    /// <summary>Names the secret that the request says it was signed with.</summary>
    public string AccessKeyId { get; }

    /// <summary>The day, region and service that the signature is for.</summary>
    public CredentialScope Scope { get; }

    /// <summary>Names of the signed headers: lower case, ascending, each once.</summary>
    public IReadOnlyList<string> SignedHeaders => _signedHeaders;

    /// <summary>The 32 bytes of the signature.</summary>
    public ReadOnlySpan<byte> Signature => _signature;

    /// <summary>Reads a header's value. Parameters may come in any order, separated by <c>,</c> with or without spaces.</summary>
    /// <param name="value">The header's value; null where the request has none.</param>
    /// <param name="header">The parsed header; null where the answer is false.</param>
    /// <param name="flaw">What is wrong, or <see cref="AuthorizationFlaw.None"/>.</param>
    public static bool TryParse(
        string? value,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AuthorizationHeader? header,
        out AuthorizationFlaw flaw)
    {
        header = null;
        flaw = Parse(value.AsSpan().Trim(), ref header);
        return header is not null;
    }

    /// <summary>The header's value, parameters separated by <c>, </c>.</summary>
    public override string ToString() =>
        $"{Algorithm} Credential={AccessKeyId}/{Scope}, SignedHeaders={string.Join(';', _signedHeaders)}, "
        + $"Signature={Convert.ToHexStringLower(_signature)}";

    /// <summary>Whether names are lower case, ascending and each once: the only form that both sides write alike.</summary>
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

    private static AuthorizationFlaw Parse(ReadOnlySpan<char> text, ref AuthorizationHeader? header)
    {
        if (text.IsEmpty)
        {
            return AuthorizationFlaw.Absent;
        }

        if (!text.StartsWith(Algorithm + " ", StringComparison.Ordinal))
        {
            return AuthorizationFlaw.UnsupportedAlgorithm;
        }

        if (!TrySplit(text[Algorithm.Length..], out var credential, out var signedHeaders, out var signature))
        {
            return AuthorizationFlaw.MalformedParameter;
        }

        return Build(credential, signedHeaders, signature, ref header);
    }

    private static AuthorizationFlaw Build(
        ReadOnlySpan<char> credential,
        ReadOnlySpan<char> signedHeaders,
        ReadOnlySpan<char> signature,
        ref AuthorizationHeader? header)
    {
        if (credential.IsEmpty)
        {
            return AuthorizationFlaw.CredentialMissing;
        }

        var keyChars = credential.IndexOf('/');
        if (keyChars < 1 || !CredentialScope.TryParse(credential[(keyChars + 1)..], out var scope))
        {
            return AuthorizationFlaw.CredentialMalformed;
        }

        if (signedHeaders.IsEmpty)
        {
            return AuthorizationFlaw.SignedHeadersMissing;
        }

        var names = signedHeaders.ToString().Split(';');
        if (!AreCanonical(names))
        {
            return AuthorizationFlaw.SignedHeadersMalformed;
        }

        if (signature.IsEmpty)
        {
            return AuthorizationFlaw.SignatureMissing;
        }

        var bytes = new byte[HMACSHA256.HashSizeInBytes];
        if (signature.Length != 2 * bytes.Length
            || Convert.FromHexString(signature, bytes, out _, out _) != OperationStatus.Done)
        {
            return AuthorizationFlaw.SignatureMalformed;
        }

        header = new AuthorizationHeader(credential[..keyChars].ToString(), scope, names, bytes);
        return AuthorizationFlaw.None;
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
                "Credential" => TrySet(ref credential, value),
                "SignedHeaders" => TrySet(ref signedHeaders, value),
                "Signature" => TrySet(ref signature, value),
                _ => false,
            };
            if (!known)
            {
                return false;
            }
        }

        return true;
    }

    // An empty value stays empty and is reported as missing; only a second value is a conflict.
    private static bool TrySet(ref ReadOnlySpan<char> slot, ReadOnlySpan<char> value)
    {
        var free = slot.IsEmpty;
        slot = value;
        return free;
    }
}
