using System.Globalization;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Gateway.Glacier.Documents;

/// <summary>A job, as DescribeJob and ListJobs show it. Every documented key is there; what a job of its kind does not have
/// is null.</summary>
internal sealed record JobDocument(
    string Action,
    bool Completed,
    DateTimeOffset? CompletionDate,
    DateTimeOffset CreationDate,
    string? JobDescription,
    string JobId,
    string? SNSTopic,
    string StatusCode,
    string StatusMessage,
    string VaultARN)
{
    /// <summary>Status code of a job whose output cannot be read yet.</summary>
    public const string InProgress = "InProgress";

    /// <summary>Status code of a job whose output can be read.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Status code of a job that came to nothing. No job of this server ever does.</summary>
    public const string Failed = "Failed";

    /// <summary>Only retrievals of archives have it.</summary>
    public string? ArchiveId { get; init; }

    /// <summary>Of the whole archive; only retrievals of archives have it.</summary>
    public string? ArchiveSHA256TreeHash { get; init; }

    /// <summary>Of the whole archive; only retrievals of archives have it.</summary>
    public long? ArchiveSizeInBytes { get; init; }

    /// <summary>Only retrievals of archives have it.</summary>
    public string? RetrievalByteRange { get; init; }

    /// <summary>Of the range; only retrievals of archives have it.</summary>
    public string? SHA256TreeHash { get; init; }

    /// <summary>Only retrievals of archives have it.</summary>
    public string? Tier { get; init; }

    /// <summary>Only inventory jobs have it.</summary>
    public InventoryParametersDocument? InventoryRetrievalParameters { get; init; }

    /// <summary>Only inventory jobs have it, once they have finished.</summary>
    public long? InventorySizeInBytes { get; init; }

    /// <summary>Only select jobs have it.</summary>
    public string? JobOutputPath { get; }

    /// <summary>Only select jobs have it.</summary>
    public string? OutputLocation { get; }

    /// <summary>Only select jobs have it.</summary>
    public string? SelectParameters { get; }

    /// <summary>Shows a job as it stands at an instant.</summary>
    public static JobDocument From(VaultJob job, VaultId vault, string region, DateTimeOffset now) => job switch
    {
        RetrievalJob retrieval => Begin("ArchiveRetrieval", job, vault, region, now) with
        {
            ArchiveId = retrieval.Archive.Archive.ToString(),
            ArchiveSHA256TreeHash = retrieval.Archive.TreeHash.ToString(),
            ArchiveSizeInBytes = retrieval.Archive.SizeBytes,
            RetrievalByteRange = retrieval.Range.ToString(),
            SHA256TreeHash = retrieval.RangeTreeHash?.ToString(),
            Tier = retrieval.Wish.Tier.ToString(),
        },
        InventoryJob inventory => Begin("InventoryRetrieval", job, vault, region, now) with
        {
            InventoryRetrievalParameters = InventoryParametersDocument.From(inventory, now),
            InventorySizeInBytes = inventory.IsReady(now) ? inventory.Output.SizeBytes : null,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(job), job, "No such kind of job."),
    };

    private static JobDocument Begin(string action, VaultJob job, VaultId vault, string region, DateTimeOffset now)
    {
        var ready = job.IsReady(now);
        return new JobDocument(
            Action: action,
            Completed: ready,
            CompletionDate: ready ? job.ReadyAt : null,
            CreationDate: job.CreatedAt,
            JobDescription: job.Wish.Description.OrNull,
            JobId: job.Job.ToString(),
            SNSTopic: job.Wish.Topic,
            StatusCode: ready ? Succeeded : InProgress,
            StatusMessage: ready ? Succeeded : "Operation in progress.",
            VaultARN: VaultArn.Format(region, vault));
    }
}

/// <summary>What an inventory job was asked for, and in the end where the next one goes on.</summary>
internal sealed record InventoryParametersDocument(
    DateTimeOffset? EndDate, string Format, string? Limit, string? Marker, DateTimeOffset? StartDate)
{
    /// <summary>How <see cref="InventoryFormat.Json"/> is named; the default.</summary>
    public const string Json = "JSON";

    /// <summary>How <see cref="InventoryFormat.Csv"/> is named.</summary>
    public const string Csv = "CSV";

    /// <summary>Shows a job's parameters as they stand at an instant.</summary>
    public static InventoryParametersDocument From(InventoryJob job, DateTimeOffset now)
    {
        ArchiveId? marker = job.IsReady(now) ? job.Output.Last : job.Selection.After;
        return new InventoryParametersDocument(
            job.Selection.Created.Before,
            job.Format == InventoryFormat.Csv ? Csv : Json,
            job.Selection.Limit?.ToString(CultureInfo.InvariantCulture),
            marker?.ToString(),
            job.Selection.Created.From);
    }
}

/// <summary>The answer of ListJobs.</summary>
internal sealed record JobListDocument(IReadOnlyList<JobDocument> JobList, string? Marker);
