namespace OrleansUploads.Signing;

/// <summary>How a service converts the path on the wire to the canonical URI.</summary>
public enum PathRule
{
    /// <summary>The path as sent is encoded once more, so <c>%</c> becomes <c>%25</c>. Used by every service except S3.</summary>
    EncodeAsSent,

    /// <summary>The path is decoded and encoded again, so each byte is encoded exactly once. Used by S3.</summary>
    EncodeDecoded,
}

/// <summary>The differences between the services that use Signature Version 4.</summary>
public sealed class SigningRules
{
    /// <summary>The service's name in the credential scope, such as <c>glacier</c>.</summary>
    public required string Service { get; init; }

    /// <summary>How the canonical URI is created.</summary>
    public required PathRule Path { get; init; }

    /// <summary>Prefixes, in lower case, of the headers that must be signed when a request has them. These headers determine what a
    /// request does, so an attacker who could add one on the way would change the request.</summary>
    public IReadOnlyList<string> SignedPrefixes { get; init; } = ["x-amz-", "x-orleans-uploads-"];

    /// <summary>Further headers, in lower case, that must be signed when a request has them. <c>host</c> must always be signed and is not
    /// listed.</summary>
    public IReadOnlyList<string> SignedWhenPresent { get; init; } = [];

    /// <summary>Headers, in lower case, that need no signature although the rules above say so, if the signature covers the SHA-256 of a
    /// body. They only describe the body, so the server finds out if they were changed on the way.</summary>
    public IReadOnlyList<string> UnsignedBesideBodyHash { get; init; } = [];

    /// <summary>Whether the signature may be in the query, and <c>x-amz-content-sha256</c> may name a mode instead of a
    /// hash.</summary>
    public bool AllowsPayloadModes { get; init; }

    /// <summary>Amazon Glacier, API version 2012-06-01.</summary>
    public static SigningRules Glacier { get; } = new()
    {
        Service = "glacier",
        Path = PathRule.EncodeAsSent,
        SignedWhenPresent = ["content-range"],

        // Amazon's own example of Upload Part does not sign the tree hash, and boto2 signs host and x-amz-* only.
        UnsignedBesideBodyHash = ["content-range", "x-amz-sha256-tree-hash"],
    };

    /// <summary>The documents of the dashboard that programs may read.</summary>
    public static SigningRules Dashboard { get; } = new()
    {
        Service = "dashboard",
        Path = PathRule.EncodeAsSent,
    };

    /// <summary>Amazon S3.</summary>
    public static SigningRules S3 { get; } = new()
    {
        Service = "s3",
        Path = PathRule.EncodeDecoded,
        AllowsPayloadModes = true,
    };
}
