namespace OrleansUploads.Client.Transfers;

/// <summary>The options of an <see cref="ArchiveDownload"/>.</summary>
public sealed record ArchiveDownloadOptions
{
    /// <summary>The number of bytes per request: 1 MiB times a power of two. Each range is verified separately, so a broken
    /// connection costs at most one range.</summary>
    public int RangeBytes { get; init; } = 8 * TreeHash.LeafBytes;

    /// <summary>The number of ranges to download in parallel. Each needs memory for one range, because the file grows in
    /// order.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>The interval between checks whether the job has finished.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The retrieval speed, or null for the server's default.</summary>
    public ArchiveRetrievalTier? Tier { get; init; }

    /// <summary>Whether to replace an existing file.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Called before each check of the job, when the download starts, and after each range.</summary>
    public Action<DownloadProgress>? OnProgress { get; init; }
}

/// <summary>The progress of a download.</summary>
/// <param name="JobId">The job ID, which is needed to resume the download after a crash. Save it at the first report.</param>
/// <param name="SizeBytes">The total number of bytes; null until the job has succeeded.</param>
/// <param name="VerifiedBytes">The number of verified bytes in the file.</param>
public readonly record struct DownloadProgress(string JobId, long? SizeBytes, long VerifiedBytes);
