namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>The request body of InitiateJob. Null means the same as absent. Unknown fields are ignored.</summary>
internal sealed record JobParameters
{
    /// <summary>The type of job; required.</summary>
    public string? Type { get; init; }

    /// <summary>The archive to retrieve.</summary>
    public string? ArchiveId { get; init; }

    /// <summary>A free text.</summary>
    public string? Description { get; init; }

    /// <summary>The ARN of the topic to notify.</summary>
    public string? SNSTopic { get; init; }

    /// <summary>The retrieval tier.</summary>
    public string? Tier { get; init; }

    /// <summary><c>first-last</c>, both inclusive.</summary>
    public string? RetrievalByteRange { get; init; }

    /// <summary>The format of an inventory.</summary>
    public string? Format { get; init; }

    /// <summary>The archives to include in an inventory.</summary>
    public InventoryParameters? InventoryRetrievalParameters { get; init; }
}

/// <summary>The archives to include in an inventory. Every field may be absent.</summary>
internal sealed record InventoryParameters
{
    /// <summary>Only archives created at or after this time.</summary>
    public string? StartDate { get; init; }

    /// <summary>Only archives created before this time.</summary>
    public string? EndDate { get; init; }

    /// <summary>Maximum number of archives, as a string.</summary>
    public string? Limit { get; init; }

    /// <summary>The marker of the previous job.</summary>
    public string? Marker { get; init; }
}
