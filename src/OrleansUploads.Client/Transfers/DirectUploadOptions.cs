namespace OrleansUploads.Client.Transfers;

/// <summary>The options of a <see cref="DirectUpload"/>.</summary>
public sealed record DirectUploadOptions
{
    /// <summary>The number of parts to write in parallel. Each has a buffer of 128 KiB.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>How long a written part may wait for others, so that one call reports several of them. Parts of a node that stops before
    /// their report are written again.</summary>
    public TimeSpan ReportDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a part may fail at the store or in a report before the upload stops, and the delays between. A lost grant is
    /// asked for again.</summary>
    public RetryPolicy PartRetry { get; init; } = new() { MaxAttempts = 20 };

    /// <summary>The retry policy for the complete request, as in <see cref="ArchiveUploadOptions.CompleteRetry"/>.</summary>
    public RetryPolicy CompleteRetry { get; init; } = RetryPolicy.OfCompletion;

    /// <summary>How often to look whether other nodes have written the parts that are missing. The end of the upload is noticed at
    /// once, unless this is shorter than a second.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long nothing may arrive while other nodes are to write the parts that are missing. After that time, this node writes
    /// them.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Called at the beginning and after each part that counts, which this node or another one has written. Never called
    /// concurrently.</summary>
    public Action<UploadProgress>? OnProgress { get; init; }
}
