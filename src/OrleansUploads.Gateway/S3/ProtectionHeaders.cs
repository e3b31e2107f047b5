namespace OrleansUploads.Gateway.S3;

/// <summary>Headers that ask for a protection or a property that this server cannot give. They are refused, because a client that
/// sends one relies on it.</summary>
internal static class ProtectionHeaders
{
    private static readonly string[] Prefixes =
    [
        "x-amz-object-lock-",
        "x-amz-server-side-encryption",
        "x-amz-copy-source-server-side-encryption",
        "x-amz-grant-",
    ];

    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "x-amz-mfa",
        "x-amz-website-redirect-location",
        "x-amz-if-match-last-modified-time",
        "x-amz-if-match-size",
        "x-amz-if-match-initiated-time",
    };

    /// <summary>Access control lists that give no other account access.</summary>
    private static readonly HashSet<string> PrivateLists =
        new(StringComparer.Ordinal) { "private", "bucket-owner-read", "bucket-owner-full-control" };

    /// <summary>The first header, or parameter of a presigned URL, that this server cannot honor, or null.</summary>
    public static string? FindUnsupported(IHeaderDictionary headers, QueryParameters query)
    {
        foreach (var (name, value) in headers)
        {
            if (IsUnsupported(name, value.ToString()))
            {
                return name.ToLowerInvariant();
            }
        }

        foreach (var name in query.Names)
        {
            if (IsUnsupported(name, query.FirstValue(name) ?? ""))
            {
                return name.ToLowerInvariant();
            }
        }

        return null;
    }

    private static bool IsUnsupported(string name, string value)
    {
        if (name.Equals("x-amz-acl", StringComparison.OrdinalIgnoreCase))
        {
            return !PrivateLists.Contains(value);
        }

        if (name.Equals("x-amz-bucket-object-lock-enabled", StringComparison.OrdinalIgnoreCase))
        {
            return !value.Equals("false", StringComparison.OrdinalIgnoreCase);
        }

        if (name.Equals("x-amz-object-ownership", StringComparison.OrdinalIgnoreCase))
        {
            return value != "BucketOwnerEnforced";
        }

        return Names.Contains(name)
            || Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
    }
}
