namespace OrleansUploads.Client.Transfers;

/// <summary>How an <see cref="ArchiveUpload"/> works.</summary>
public sealed record ArchiveUploadOptions
{
    /// <summary>Length of every part but the last: 1 MiB times a power of two, at most 4 GiB. Null for the smallest of
    /// which 10,000 cover the archive. A resumed upload keeps the size that it was initiated with.</summary>
    public long? PartSizeBytes { get; init; }

    /// <summary>How many parts are hashed and sent at the same time. Each needs about 4 MiB of memory, whatever the part
    /// size.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>How patiently a complete is repeated. Repeating it is always safe, and giving up would leave the caller
    /// with terabytes uploaded and no archive ID, so this is hours by default.</summary>
    public RetryPolicy CompleteRetry { get; init; } = new() { MaxAttempts = 500, MaxDelay = TimeSpan.FromSeconds(30) };

    /// <summary>Told once the upload ID is known, and after each part. Called by the workers, one at a time.</summary>
    public Action<UploadProgress>? OnProgress { get; init; }
}

/// <summary>How far an upload is.</summary>
/// <param name="UploadId">Resumes the upload after a crash; worth keeping from the first report on.</param>
/// <param name="SizeBytes">Size of the archive.</param>
/// <param name="SentBytes">Bytes of the parts sent by this run.</param>
/// <param name="SkippedBytes">Bytes of the parts that the server already had.</param>
/// <param name="PartCount">Parts in all.</param>
/// <param name="PartsDone">Parts that the server has.</param>
public readonly record struct UploadProgress(
    string UploadId, long SizeBytes, long SentBytes, long SkippedBytes, int PartCount, int PartsDone);
