namespace OrleansUploads.Core;

/// <summary>The protocol's fixed figures. Units are in the names.</summary>
/// <remarks>Source: Amazon Glacier developer guide, API version 2012-06-01, pages "Uploading large archives in parts",
/// "Initiate multipart upload", "Create vault", "Add tags to vault" and "Initiate job".</remarks>
public static class Limits
{
    /// <summary>One leaf of the tree hash, and the unit of every part size: 1 MiB.</summary>
    public const int LeafBytes = 1024 * 1024;

    /// <summary>Smallest part size.</summary>
    public const long MinPartSizeBytes = LeafBytes;

    /// <summary>Largest part size, 4 GiB; also the largest archive that one request may upload.</summary>
    public const long MaxPartSizeBytes = 4096L * LeafBytes;

    /// <summary>Most parts in one upload; slots are counted from 0 to one less.</summary>
    public const int MaxParts = 10_000;

    /// <summary>Longest archive or job description, in characters of printable ASCII (0x20 to 0x7E).</summary>
    public const int MaxDescriptionChars = 1024;

    /// <summary>Longest vault name, in characters.</summary>
    public const int MaxVaultNameChars = 255;

    /// <summary>Most vaults in one account.</summary>
    public const int MaxVaultsPerAccount = 1000;

    /// <summary>Length of an archive ID, in characters of URL-safe base64.</summary>
    public const int ArchiveIdChars = 138;

    /// <summary>Length of an upload ID, in characters of URL-safe base64.</summary>
    public const int UploadIdChars = 92;

    /// <summary>Length of a job ID, in characters of URL-safe base64.</summary>
    public const int JobIdChars = 92;

    /// <summary>Length of the ID of a unit of provisioned capacity, in characters of URL-safe base64.</summary>
    public const int CapacityIdChars = 24;

    /// <summary>Most units of provisioned capacity of one account.</summary>
    public const int MaxCapacityUnits = 2;

    /// <summary>What the strategy FreeTier allows in an hour: Amazon's 10 GiB a month, spread over 30 days. The hour is our
    /// own rule.</summary>
    public const long FreeTierBytesPerHour = 10L * 1024 * LeafBytes / (30 * 24);

    /// <summary>Most tags of one vault.</summary>
    public const int MaxTagsPerVault = 50;

    /// <summary>Most tags or keys in one request.</summary>
    public const int MaxTagsPerRequest = 10;

    /// <summary>Longest key of a tag, in Unicode characters.</summary>
    public const int MaxTagKeyChars = 128;

    /// <summary>Longest value of a tag, in Unicode characters.</summary>
    public const int MaxTagValueChars = 255;

    /// <summary>Longest access policy or lock policy of a vault, in bytes of UTF-8.</summary>
    public const int MaxPolicyBytes = 20 * 1024;

    /// <summary>Length of a lock ID, in characters of URL-safe base64.</summary>
    public const int LockIdChars = 24;

    /// <summary>What each archive adds to a vault's reported size beside its own bytes, as the real service counts.</summary>
    public const long ArchiveOverheadBytes = 32 * 1024;

    /// <summary>How long a vault lock may be in progress; then it is gone.</summary>
    public static readonly TimeSpan LockWindow = TimeSpan.FromHours(24);

    /// <summary>How long a retrieval counts against a data retrieval policy.</summary>
    public static readonly TimeSpan RetrievalPolicyWindow = TimeSpan.FromHours(1);

    /// <summary>How long a message of a job's end is tried to be sent; our own figure.</summary>
    public static readonly TimeSpan NoticeLife = TimeSpan.FromHours(24);

    /// <summary>How long the output of a finished job stays downloadable.</summary>
    public static readonly TimeSpan JobOutputLife = TimeSpan.FromHours(24);
}
