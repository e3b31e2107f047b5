using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>A job in the responses of DescribeJob and ListJobs. It has every documented key; keys that do not apply to the type of
/// job are null.</summary>
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
    /// <summary>The output cannot be read yet.</summary>
    public const string InProgress = "InProgress";

    /// <summary>The output can be read.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>No job of this server ever fails.</summary>
    public const string Failed = "Failed";

    /// <summary>Only for archive retrievals.</summary>
    public string? ArchiveId { get; init; }

    /// <summary>Of the whole archive; only for archive retrievals.</summary>
    public string? ArchiveSHA256TreeHash { get; init; }

    /// <summary>Of the whole archive; only for archive retrievals.</summary>
    public long? ArchiveSizeInBytes { get; init; }

    /// <summary>Only for archive retrievals.</summary>
    public string? RetrievalByteRange { get; init; }

    /// <summary>Of the range; only for archive retrievals.</summary>
    public string? SHA256TreeHash { get; init; }

    /// <summary>Only for archive retrievals.</summary>
    public string? Tier { get; init; }

    public InventoryParametersDocument? InventoryRetrievalParameters { get; init; }

    /// <summary>Only for finished inventory jobs.</summary>
    public long? InventorySizeInBytes { get; init; }

    /// <summary>Only for select jobs, which this server does not have.</summary>
    public string? JobOutputPath { get; }

    /// <summary>Only for select jobs, which this server does not have.</summary>
    public string? OutputLocation { get; }

    /// <summary>Only for select jobs, which this server does not have.</summary>
    public string? SelectParameters { get; }

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
            InventoryRetrievalParameters = InventoryParametersDocument.From(
                inventory.Selection, inventory.Format, inventory.IsReady(now) ? inventory.Output.Last : inventory.Selection.After),
            InventorySizeInBytes = inventory.IsReady(now) ? inventory.Output.SizeBytes : null,
        },
        UnmeasuredInventory begun => Begin("InventoryRetrieval", job, vault, region, now) with
        {
            InventoryRetrievalParameters = InventoryParametersDocument.From(begun.Selection, begun.Format, begun.Selection.After),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(job), job, "Unknown type of job."),
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

/// <summary>The parameters of an inventory job; when it has finished, with the marker for the next job.</summary>
internal sealed record InventoryParametersDocument(
    DateTimeOffset? EndDate, string Format, string? Limit, string? Marker, DateTimeOffset? StartDate)
{
    public const string Json = "JSON";

    public const string Csv = "CSV";

    /// <summary>The document of a job's parameters.</summary>
    /// <param name="marker">The job's own marker or, if it has finished, the marker for the next job.</param>
    public static InventoryParametersDocument From(InventorySelection selection, InventoryFormat format, ArchiveId? marker) => new(
        selection.Created.Before,
        format == InventoryFormat.Csv ? Csv : Json,
        selection.Limit?.ToString(CultureInfo.InvariantCulture),
        marker?.ToString(),
        selection.Created.From);
}

internal sealed record JobListDocument(IReadOnlyList<JobDocument> JobList, string? Marker);

/// <summary>The request body of InitiateJob. Null means the same as absent. Unknown fields are ignored.</summary>
internal sealed record JobParameters
{
    /// <summary>Required.</summary>
    public string? Type { get; init; }

    public string? ArchiveId { get; init; }

    public string? Description { get; init; }

    public string? SNSTopic { get; init; }

    public string? Tier { get; init; }

    /// <summary>Both are inclusive.</summary>
    public string? RetrievalByteRange { get; init; }

    public string? Format { get; init; }

    public InventoryParameters? InventoryRetrievalParameters { get; init; }
}

/// <summary>The archives to include in an inventory. Every field may be absent.</summary>
internal sealed record InventoryParameters
{
    /// <summary>At or after this time.</summary>
    public string? StartDate { get; init; }

    /// <summary>Before this time.</summary>
    public string? EndDate { get; init; }

    /// <summary>As a string.</summary>
    public string? Limit { get; init; }

    /// <summary>The marker of the previous job.</summary>
    public string? Marker { get; init; }
}
