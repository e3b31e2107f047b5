namespace OrleansUploads.Client.Transfers;

/// <summary>A download has stopped. Where <see cref="CanResume"/> says so, <see cref="JobId"/> resumes it.</summary>
public sealed class ArchiveDownloadException : Exception
{
    /// <summary>Makes an exception.</summary>
    public ArchiveDownloadException(string jobId, string message, Exception? innerException = null)
        : base(message, innerException) => JobId = jobId;

    /// <summary>The retrieval job.</summary>
    public string JobId { get; }

    /// <summary>Whether resuming may help: not where the job failed or its bytes are not the archive's.</summary>
    public bool CanResume { get; init; }
}
