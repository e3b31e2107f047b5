namespace OrleansUploads.Core.Values;

/// <summary>The protocol's fixed limits. The names include the units.</summary>
/// <remarks>Source: Amazon Glacier developer guide, API version 2012-06-01, pages "Uploading large archives in parts",
/// "Initiate multipart upload", "Create vault", "Add tags to vault" and "Initiate job".</remarks>
public static class Limits
{
    /// <summary>Minimum part size, 1 MiB.</summary>
    public const long MinPartSizeBytes = TreeHash.LeafBytes;

    /// <summary>Maximum part size, 4 GiB; also the maximum size of an archive that is uploaded in a single request.</summary>
    public const long MaxPartSizeBytes = 4096L * TreeHash.LeafBytes;

    /// <summary>Maximum number of parts per upload. Slots are numbered from 0 to this number minus 1.</summary>
    public const int MaxParts = 10_000;

    /// <summary>Maximum length of a description, in characters of printable ASCII (0x20 to 0x7E).</summary>
    public const int MaxDescriptionChars = 1024;

    /// <summary>Maximum length of a vault name, in characters.</summary>
    public const int MaxVaultNameChars = 255;

    public const int MaxVaultsPerAccount = 1000;

    /// <summary>Length of an archive ID, in characters of URL-safe base64.</summary>
    public const int ArchiveIdChars = 138;

    /// <summary>Length of an upload ID, in characters of URL-safe base64.</summary>
    public const int UploadIdChars = 92;

    /// <summary>Length of a job ID, in characters of URL-safe base64.</summary>
    public const int JobIdChars = 92;

    /// <summary>Length of the ID of a unit of provisioned capacity, in characters of URL-safe base64.</summary>
    public const int CapacityIdChars = 24;

    /// <summary>Maximum number of units of provisioned capacity per account.</summary>
    public const int MaxCapacityUnits = 2;

    /// <summary>Bytes per hour that the FreeTier strategy allows: Amazon's 10 GiB per month, spread evenly over 30 days. The
    /// one-hour window is our own rule.</summary>
    public const long FreeTierBytesPerHour = 10L * 1024 * TreeHash.LeafBytes / (30 * 24);

    public const int MaxTagsPerVault = 50;

    /// <summary>Maximum number of tags or tag keys in a request.</summary>
    public const int MaxTagsPerRequest = 10;

    /// <summary>Maximum length of a tag key, in Unicode characters.</summary>
    public const int MaxTagKeyChars = 128;

    /// <summary>Maximum length of a tag value, in Unicode characters.</summary>
    public const int MaxTagValueChars = 255;

    /// <summary>Maximum length of an access policy or lock policy, in bytes of UTF-8.</summary>
    public const int MaxPolicyBytes = 20 * 1024;

    /// <summary>Maximum length of a topic name, in characters. This is our own limit.</summary>
    public const int MaxTopicChars = 256;

    /// <summary>Length of a lock ID, in characters of URL-safe base64.</summary>
    public const int LockIdChars = 24;

    /// <summary>Overhead that each archive adds to a vault's reported size, as at Amazon.</summary>
    public const long ArchiveOverheadBytes = 32 * 1024;

    /// <summary>How long a vault lock may stay in progress before it expires.</summary>
    public static readonly TimeSpan LockWindow = TimeSpan.FromHours(24);

    /// <summary>How long a retrieval counts against a data retrieval policy.</summary>
    public static readonly TimeSpan RetrievalPolicyWindow = TimeSpan.FromHours(1);

    /// <summary>How long the delivery of a notice about a finished job is retried. This is our own limit.</summary>
    public static readonly TimeSpan NoticeLife = TimeSpan.FromHours(24);

    /// <summary>How long the output of a finished job stays available.</summary>
    public static readonly TimeSpan JobOutputLife = TimeSpan.FromHours(24);

    /// <summary>The maximum time from an inventory to the start of its job. Shards remember a deletion longer than a job that starts in time
    /// can last.</summary>
    public static readonly TimeSpan MaxInventoryAge = TimeSpan.FromMinutes(30);
}

/// <summary>The fixed limits of S3. The names include the units.</summary>
/// <remarks>Source: S3 user guide, "Amazon S3 multipart upload limits".</remarks>
public static class ObjectLimits
{
    /// <summary>Maximum number of parts. Parts are numbered from 1 to this number.</summary>
    public const int MaxParts = 10_000;

    /// <summary>Minimum length of every part but the last one that a completion names, 5 MiB. Checked at completion.</summary>
    public const long MinPartBytes = 5L << 20;

    /// <summary>Maximum length of a part and of an object in a single request, 5 GiB.</summary>
    public const long MaxPartBytes = 5L << 30;

    /// <summary>Maximum number of days for which an object can be restored. This is our own limit, about a hundred years.</summary>
    public const int MaxRestoreDays = 36_500;

    /// <summary>Maximum number of buckets of an account. This is our own limit.</summary>
    public const int MaxBucketsPerAccount = 1000;
}
