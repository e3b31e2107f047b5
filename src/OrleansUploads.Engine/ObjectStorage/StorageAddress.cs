namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>Where the parts are in an object store.</summary>
/// <param name="Scheme">The protocol: <see cref="S3"/> or <see cref="Azure"/>.</param>
/// <param name="Container">The bucket or container, which must exist.</param>
/// <param name="Prefix">What all keys begin with: empty, or ending with a slash.</param>
public sealed record StorageAddress(string Scheme, string Container, string Prefix)
{
    /// <summary>The scheme of S3.</summary>
    public const string S3 = "s3";

    /// <summary>The scheme of Azure Blob Storage.</summary>
    public const string Azure = "az";

    private const string Separator = "://";

    /// <summary>The address of the service, or null for the one that the SDK knows.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region of S3, or null for the one that the SDK finds.</summary>
    public string? Region { get; init; }

    /// <summary>The profile with the credentials of S3, or null for those that the SDK finds.</summary>
    public string? Profile { get; init; }

    /// <summary>Parses <c>s3://bucket/prefix</c> or <c>az://container/prefix</c>; the prefix may be missing.</summary>
    public static StorageAddress? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var scheme = text.Split(Separator, 2);
        if (scheme is not [S3 or Azure, var rest])
        {
            return null;
        }

        var path = rest.Split('/', 2);
        var prefix = path.Length == 2 ? path[1].Trim('/') : "";
        return path[0].Length > 0 ? new StorageAddress(scheme[0], path[0], prefix.Length == 0 ? "" : prefix + '/') : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Scheme}{Separator}{Container}/{Prefix}".TrimEnd('/');
}
