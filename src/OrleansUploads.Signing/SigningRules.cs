namespace OrleansUploads.Signing;

/// <summary>How a service turns the path on the wire into the canonical URI.</summary>
public enum PathRule
{
    /// <summary>The path as sent is encoded once more, so <c>%</c> becomes <c>%25</c>. Every service but S3.</summary>
    EncodeAsSent,

    /// <summary>The path is decoded and encoded anew, so each byte is encoded exactly once. S3.</summary>
    EncodeDecoded,
}

/// <summary>What differs between the services that use Signature Version 4.</summary>
public sealed class SigningRules
{
    /// <summary>The service's name in the credential scope, such as <c>glacier</c>.</summary>
    public required string Service { get; init; }

    /// <summary>How the canonical URI is made.</summary>
    public required PathRule Path { get; init; }

    /// <summary>Headers, in lower case, that must be signed where the request carries them. <c>host</c> and the date
    /// header must always be signed and are not listed.</summary>
    public required IReadOnlyList<string> SignedWhenPresent { get; init; }

    /// <summary>Amazon Glacier, API version 2012-06-01.</summary>
    public static SigningRules Glacier { get; } = new()
    {
        Service = "glacier",
        Path = PathRule.EncodeAsSent,
        SignedWhenPresent = ["x-amz-glacier-version"],
    };

    /// <summary>Amazon S3.</summary>
    public static SigningRules S3 { get; } = new()
    {
        Service = "s3",
        Path = PathRule.EncodeDecoded,
        SignedWhenPresent = ["x-amz-content-sha256"],
    };
}
