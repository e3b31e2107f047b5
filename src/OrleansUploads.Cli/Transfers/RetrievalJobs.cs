namespace OrleansUploads.Cli.Transfers;

/// <summary>The jobs that retrieve whole archives of a vault. One that an earlier run has started is used again.</summary>
internal sealed class RetrievalJobs
{
    private readonly Session _session;
    private readonly ArchiveRetrievalTier? _tier;
    private readonly Dictionary<string, Job> _present = [];

    private RetrievalJobs(Session session, ArchiveRetrievalTier? tier) => (_session, _tier) = (session, tier);

    /// <summary>Lists the jobs of the vault whose output can be downloaded now or later.</summary>
    public static async Task<RetrievalJobs> FindAsync(Session session, ArchiveRetrievalTier? tier, CancellationToken cancellationToken)
    {
        var jobs = new RetrievalJobs(session, tier);
        await foreach (var job in session.Client.ListJobsAsync(session.Vault, cancellationToken))
        {
            // A job of another tier that is still in progress may take hours longer.
            if (job is { ArchiveId: { } archive, Status: not JobStatus.Failed }
                && (tier is null || job.Tier == tier || job.Status == JobStatus.Succeeded)
                && (job.RetrievalRange is not { } range || range == new ByteRange(0, job.ArchiveSizeBytes ?? 0)))
            {
                // Finished ones first; of these the newest, because its output is kept the longest.
                jobs._present[archive] =
                    jobs._present.GetValueOrDefault(archive) is { Status: JobStatus.Succeeded } found && job.Status != JobStatus.Succeeded ? found : job;
            }
        }

        return jobs;
    }

    /// <summary>Returns the ID of an archive's retrieval job, and starts a job if the archive has none.</summary>
    public async Task<string> GetAsync(string archiveId, CancellationToken cancellationToken) =>
        _present.TryGetValue(archiveId, out var job)
            ? job.JobId
            : await _session.Transfers.InitiateArchiveRetrievalAsync(
                _session.Vault, archiveId, tier: _tier, cancellationToken: cancellationToken);
}
