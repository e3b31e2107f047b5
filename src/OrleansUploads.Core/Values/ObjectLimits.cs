namespace OrleansUploads.Core.Values;

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
