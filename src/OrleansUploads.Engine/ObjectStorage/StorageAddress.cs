namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>Where the parts are in an object store.</summary>
/// <param name="Scheme">The protocol: <see cref="S3"/> or <see cref="Azure"/>.</param>
/// <param name="Container">The bucket or container, which must exist.</param>
/// <param name="Prefix">What all keys begin with: empty, or ending with a slash.</param>
public sealed record StorageAddress(string Scheme, string Container, string Prefix)
{
    public const string S3 = "s3";

    public const string Azure = "az";

    private const string Separator = "://";

    /// <summary>Endpoint of the object store; null for the SDK's default.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Region of S3; null for the SDK's default.</summary>
    public string? Region { get; init; }

    /// <summary>Profile with the credentials of S3; null for the SDK's default.</summary>
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

    public override string ToString() => $"{Scheme}{Separator}{Container}/{Prefix}".TrimEnd('/');
}
