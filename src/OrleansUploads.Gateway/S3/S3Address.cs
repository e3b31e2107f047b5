using System.Text;

namespace OrleansUploads.Gateway.S3;

/// <summary>The bucket and the key that a request addresses, as sent: decoded once and never normalized.</summary>
/// <param name="Bucket">Not checked; null for a request to the service.</param>
/// <param name="Key">Not empty; null for a request to the service or a bucket.</param>
internal sealed record S3Address(string? Bucket, string? Key)
{
    /// <summary>A slash and the bucket if the host names it, else empty.</summary>
    public string HostPrefix { get; init; } = "";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public S3Level Level => Bucket is null ? S3Level.Service : Key is null ? S3Level.Bucket : S3Level.Object;

    /// <summary>Reads the address in a path on the wire and a host. Null if the path is not absolute or not UTF-8.</summary>
    /// <param name="path">Without the query.</param>
    /// <param name="host">Without its port.</param>
    /// <param name="domain">The server's own domain. <c>bucket.domain</c> addresses a bucket. Null if only paths name
    /// buckets.</param>
    public static S3Address? Parse(string path, string host, string? domain)
    {
        if (!path.StartsWith('/'))
        {
            return null;
        }

        var rest = path.AsSpan(1);
        if (BucketOf(host, domain) is { } virtualHost)
        {
            return TryDecode(rest, out var wholePath) ? new S3Address(virtualHost, OrNull(wholePath)) { HostPrefix = "/" + virtualHost } : null;
        }

        var slash = rest.IndexOf('/');
        return TryDecode(slash < 0 ? rest : rest[..slash], out var bucket)
            && TryDecode(slash < 0 ? default : rest[(slash + 1)..], out var key)
            ? bucket.Length > 0 ? new S3Address(bucket, OrNull(key))
                : key.Length == 0 ? new S3Address(null, null) : new S3Address("", key)
            : null;
    }

    /// <summary>Decodes percent escapes once. A plus sign stands for itself. False if the result is not UTF-8, or if a
    /// percent sign is not followed by two hex digits.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out string decoded)
    {
        decoded = "";
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        Span<byte> escaped = stackalloc byte[1];
        while (!text.IsEmpty)
        {
            if (text[0] != '%')
            {
                var run = text.IndexOf('%') is var next and >= 0 ? text[..next] : text;
                length += Encoding.UTF8.GetBytes(run, bytes.AsSpan(length));
                text = text[run.Length..];
            }
            else if (text.Length >= 3
                && Convert.FromHexString(text.Slice(1, 2), escaped, out _, out _) == System.Buffers.OperationStatus.Done)
            {
                bytes[length++] = escaped[0];
                text = text[3..];
            }
            else
            {
                return false;
            }
        }

        try
        {
            decoded = Strict.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static string? BucketOf(string host, string? domain) =>
        domain is not null
        && host.Length > domain.Length + 1
        && host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
        && host[^(domain.Length + 1)] == '.'
            ? host[..^(domain.Length + 1)].ToLowerInvariant()
            : null;

    private static string? OrNull(string text) => text.Length > 0 ? text : null;
}

internal enum S3Level
{
    /// <summary>The account's buckets.</summary>
    Service,

    Bucket,

    Object,
}

/// <summary>Versions of objects, in buckets without versioning.</summary>
internal static class ObjectVersion
{
    /// <summary>The ID of the only version that an object has.</summary>
    public const string Only = "null";
}
