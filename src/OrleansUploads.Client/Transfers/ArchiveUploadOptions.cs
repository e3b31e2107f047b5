namespace OrleansUploads.Client.Transfers;

/// <summary>The options of an <see cref="ArchiveUpload"/>.</summary>
public sealed record ArchiveUploadOptions
{
    /// <summary>The length of every part except the last: 1 MiB times a power of two, at most 4 GiB. Null for the smallest part
    /// size with which 10,000 parts cover the archive. A resumed upload keeps its original part size.</summary>
    public long? PartSizeBytes { get; init; }

    /// <summary>Whether a resumed upload compares all stored parts with the source first, and stops before it sends anything if one
    /// differs. Otherwise a part that differs is sent again.</summary>
    public bool StopsAtDifference { get; init; }

    /// <summary>The number of parts to hash and send in parallel. For each of them, up to 16 MiB of a source are in memory, or a whole
    /// part of a stream.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>The retry policy for the complete request. Retries are always safe, and without a response the caller has
    /// uploaded all parts but has no archive ID, so the default policy retries for hours.</summary>
    public RetryPolicy CompleteRetry { get; init; } = RetryPolicy.OfCompletion;

    /// <summary>Called as soon as the upload ID is known and after each part. The workers call it, but never
    /// concurrently.</summary>
    public Action<UploadProgress>? OnProgress { get; init; }

    /// <summary>Called while a part is sent, with its range and the number of its bytes that the present attempt has sent. The server has
    /// acknowledged none of them before <see cref="OnProgress"/> reports the part. The workers call it often and concurrently.</summary>
    public Action<ByteRange, long>? OnSending { get; init; }
}

/// <summary>The progress of an upload.</summary>
/// <param name="UploadId">The upload ID, which is needed to resume the upload after a crash. Save it at the first report.</param>
/// <param name="SizeBytes">The size of the archive in bytes.</param>
/// <param name="SentBytes">The number of bytes sent in this run.</param>
/// <param name="SkippedBytes">The number of bytes not sent because the server already had their parts.</param>
/// <param name="PartCount">The total number of parts.</param>
/// <param name="PartsDone">The number of parts sent or skipped in this run.</param>
/// <param name="LastPart">The range of the part that was just sent or skipped, or null in the first report.</param>
public readonly record struct UploadProgress(
    string UploadId,
    long SizeBytes,
    long SentBytes,
    long SkippedBytes,
    int PartCount,
    int PartsDone,
    ByteRange? LastPart = null);
