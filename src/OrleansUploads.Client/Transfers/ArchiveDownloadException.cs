namespace OrleansUploads.Client.Transfers;

/// <summary>A download has stopped. If <see cref="CanResume"/> is true, pass <see cref="JobId"/> to
/// <see cref="ArchiveDownload.ResumeAsync"/> to resume it.</summary>
public sealed class ArchiveDownloadException : Exception
{
    /// <summary>Creates an exception.</summary>
    public ArchiveDownloadException(string jobId, string message, Exception? innerException = null)
        : base(message, innerException) => JobId = jobId;

    /// <summary>The ID of the retrieval job.</summary>
    public string JobId { get; }

    /// <summary>Whether resuming may succeed. False if the job failed or does not exist, or if the downloaded bytes are
    /// wrong.</summary>
    public bool CanResume { get; init; }
}
