using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Signing;

/// <summary>The parameters of a URL that is presigned with Signature Version 2.</summary>
/// <remarks>The signature covers the method, the path, the time at which it expires, the parameters in <see cref="SubResources"/>,
/// <c>Content-MD5</c>, <c>Content-Type</c> and the <c>x-amz-*</c> headers. It covers neither the host nor the body, nor other parameters
/// and headers. Source: S3 API reference, "Signing and authenticating REST requests (AWS signature version 2)".</remarks>
public sealed class PresignedUrlVersion2
{
    private const string KeyParameter = "AWSAccessKeyId";
    private const string ExpiresParameter = "Expires";
    private const string SignatureParameter = "Signature";
    private const string AmazonPrefix = "x-amz-";
    private const string ResponsePrefix = "response-";

    /// <summary>The parameters that the signature covers, beside those that begin with <c>response-</c>.</summary>
    private static readonly HashSet<string> SubResources = new(StringComparer.Ordinal)
    {
        "accelerate", "acl", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location", "logging", "metrics", "notification",
        "partNumber", "policy", "replication", "requestPayment", "restore", "select", "select-type", "tagging", "torrent", "uploadId",
        "uploads", "versionId", "versioning", "versions", "website",
    };

    private readonly string _expires;
    private readonly string _signature;

    private PresignedUrlVersion2(string accessKeyId, string expires, DateTimeOffset expiresAt, string signature)
    {
        AccessKeyId = accessKeyId;
        ExpiresAt = expiresAt;
        _expires = expires;
        _signature = signature;
    }

    /// <summary>ID of the access key that signed the URL, according to the URL.</summary>
    public string AccessKeyId { get; }

    /// <summary>When the URL stops being valid. There is no maximum.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Whether a parameter belongs to the signature of such a URL.</summary>
    public static bool HasParameter(string name) => name is KeyParameter or ExpiresParameter or SignatureParameter;

    /// <summary>Parses the query of a raw target.</summary>
    /// <param name="rawTarget">Path and query as on the wire.</param>
    /// <param name="url">The parameters, or null if the method returns false.</param>
    /// <param name="error">The error; <see cref="AuthorizationError.Absent"/> if the URL names no access key.</param>
    public static bool TryParse(string rawTarget, [NotNullWhen(true)] out PresignedUrlVersion2? url, out AuthorizationError error)
    {
        ArgumentNullException.ThrowIfNull(rawTarget);
        url = null;
        error = AuthorizationError.Absent;
        if (!rawTarget.Contains(KeyParameter, StringComparison.Ordinal))
        {
            return false;
        }

        string? key = null;
        string? expires = null;
        string? signature = null;
        foreach (var (name, value) in ReadQuery(rawTarget))
        {
            if (!HasParameter(name))
            {
                continue;
            }

            ref var parameter = ref name == KeyParameter ? ref key : ref name == ExpiresParameter ? ref expires : ref signature;
            if (parameter is not null)
            {
                error = AuthorizationError.Version2Incomplete;
                return false;
            }

            parameter = value ?? "";
        }

        if (key is null)
        {
            return false;
        }

        if (key.Length == 0 || string.IsNullOrEmpty(expires) || string.IsNullOrEmpty(signature))
        {
            error = AuthorizationError.Version2Incomplete;
            return false;
        }

        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            error = AuthorizationError.Version2ExpiryMalformed;
            return false;
        }

        error = AuthorizationError.None;

        // Base64 has no blanks, so a blank is a plus sign that the client did not encode.
        url = new PresignedUrlVersion2(key, expires, DateTimeOffset.FromUnixTimeSeconds(seconds), signature.Replace(' ', '+'));
        return true;
    }

    /// <summary>Verifies the URL: the time, then the signature.</summary>
    /// <param name="request">The request as received.</param>
    /// <param name="prefix">What the path is below: <c>/bucket</c> if the host names the bucket, else empty.</param>
    /// <param name="secret">The secret of the access key.</param>
    /// <param name="now">The server's time.</param>
    public SignatureVerdict Verify(in SigningRequest request, string prefix, string secret, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentException.ThrowIfNullOrEmpty(secret);
        if (now > ExpiresAt)
        {
            return SignatureVerdict.Expired(ExpiresAt, now, lifetime: null);
        }

        var text = FormatTextToSign(request, prefix);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(text, secret)), Encoding.UTF8.GetBytes(_signature))
            ? new(SignatureOutcome.Verified)
            : new(SignatureOutcome.SignatureDiffers)
            {
                Difference = new SignatureDifference(AccessKeyId, _signature, text, CanonicalRequest: null),
            };
    }

    /// <summary>Signs a text. The signature is in base64.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "The protocol prescribes HMAC-SHA1.")]
    private static string Sign(string text, string secret)
    {
        Span<byte> signature = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text), signature);
        return Convert.ToBase64String(signature);
    }

    private string FormatTextToSign(in SigningRequest request, string prefix)
    {
        var text = new StringBuilder();
        text.Append(request.Method).Append('\n');
        text.Append(OneLine(request.Header("content-md5"))).Append('\n');
        text.Append(OneLine(request.Header("content-type"))).Append('\n');
        text.Append(_expires).Append('\n');
        AppendHeaders(request, text);

        var target = request.RawTarget;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        text.Append(prefix).Append(target.AsSpan(0, mark < 0 ? target.Length : mark));
        var separator = '?';
        foreach (var (name, value) in ReadQuery(target)
            .Where(static parameter => SubResources.Contains(parameter.Name)
                || parameter.Name.StartsWith(ResponsePrefix, StringComparison.Ordinal))
            .OrderBy(static parameter => parameter.Name, StringComparer.Ordinal))
        {
            text.Append(separator).Append(name);
            if (value is not null)
            {
                text.Append('=').Append(value);
            }

            separator = '&';
        }

        return text.ToString();
    }

    private static void AppendHeaders(in SigningRequest request, StringBuilder text)
    {
        var names = request.HeaderNames.Select(static name => name.ToLowerInvariant())
            .Where(static name => name.StartsWith(AmazonPrefix, StringComparison.Ordinal))
            .Distinct()
            .Order(StringComparer.Ordinal);
        foreach (var name in names)
        {
            text.Append(name).Append(':').Append(OneLine(request.Header(name))).Append('\n');
        }
    }

    /// <summary>Removes line breaks from a value, so that it cannot forge a line.</summary>
    private static string? OneLine(string? value) => value?.Trim().ReplaceLineEndings(" ");

    /// <summary>The decoded parameters of a raw target. One without an equals sign has no value.</summary>
    private static IEnumerable<(string Name, string? Value)> ReadQuery(string rawTarget)
    {
        var mark = rawTarget.IndexOf('?', StringComparison.Ordinal);
        foreach (var parameter in mark < 0 ? [] : rawTarget[(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0
                ? (QueryText.Decode(parameter), null)
                : (QueryText.Decode(parameter[..equals]), QueryText.Decode(parameter[(equals + 1)..]));
        }
    }
}

/// <summary>Text in the query of a URL.</summary>
public static class QueryText
{
    /// <summary>Decodes a name or a value. A plus sign is a blank, as in forms; <c>%2B</c> is a plus sign.</summary>
    public static string Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Uri.UnescapeDataString(text.Replace('+', ' '));
    }
}
