using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Gateway.Glacier.Documents;

/// <summary>A job, as DescribeJob and ListJobs show it. Every documented key is there; what only inventory and select jobs
/// have is null.</summary>
internal sealed record JobDocument(
    string Action,
    string ArchiveId,
    string ArchiveSHA256TreeHash,
    long ArchiveSizeInBytes,
    bool Completed,
    DateTimeOffset? CompletionDate,
    DateTimeOffset CreationDate,
    string? JobDescription,
    string JobId,
    string RetrievalByteRange,
    string? SHA256TreeHash,
    string? SNSTopic,
    string StatusCode,
    string StatusMessage,
    string Tier,
    string VaultARN)
{
    /// <summary>Status code of a job whose output cannot be read yet.</summary>
    public const string InProgress = "InProgress";

    /// <summary>Status code of a job whose output can be read.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Status code of a job that came to nothing. No job of this server ever does.</summary>
    public const string Failed = "Failed";

    /// <summary>Only inventory jobs have it.</summary>
    public string? InventoryRetrievalParameters { get; }

    /// <summary>Only inventory jobs have it.</summary>
    public long? InventorySizeInBytes { get; }

    /// <summary>Only select jobs have it.</summary>
    public string? JobOutputPath { get; }

    /// <summary>Only select jobs have it.</summary>
    public string? OutputLocation { get; }

    /// <summary>Only select jobs have it.</summary>
    public string? SelectParameters { get; }

    /// <summary>Shows a job as it stands at an instant.</summary>
    public static JobDocument From(RetrievalJob job, VaultId vault, string region, DateTimeOffset now)
    {
        var ready = job.IsReady(now);
        return new JobDocument(
            Action: "ArchiveRetrieval",
            ArchiveId: job.Archive.Archive.ToString(),
            ArchiveSHA256TreeHash: job.Archive.TreeHash.ToString(),
            ArchiveSizeInBytes: job.Archive.SizeBytes,
            Completed: ready,
            CompletionDate: ready ? job.ReadyAt : null,
            CreationDate: job.CreatedAt,
            JobDescription: job.Wish.Description.OrNull,
            JobId: job.Job.ToString(),
            RetrievalByteRange: job.Range.ToString(),
            SHA256TreeHash: job.RangeTreeHash?.ToString(),
            SNSTopic: job.Wish.Topic,
            StatusCode: ready ? Succeeded : InProgress,
            StatusMessage: ready ? Succeeded : "Operation in progress.",
            Tier: job.Wish.Tier.ToString(),
            VaultARN: VaultArn.Format(region, vault));
    }
}

/// <summary>The answer of ListJobs.</summary>
internal sealed record JobListDocument(IReadOnlyList<JobDocument> JobList, string? Marker);
