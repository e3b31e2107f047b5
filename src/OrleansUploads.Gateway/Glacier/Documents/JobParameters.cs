namespace OrleansUploads.Gateway.Glacier.Documents;

/// <summary>The body of InitiateJob. Null is the same as absent; unknown fields are ignored.</summary>
internal sealed record JobParameters
{
    /// <summary>Which kind of job; required.</summary>
    public string? Type { get; init; }

    /// <summary>The archive that is wanted.</summary>
    public string? ArchiveId { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>Whom to notify.</summary>
    public string? SNSTopic { get; init; }

    /// <summary>How urgently.</summary>
    public string? Tier { get; init; }

    /// <summary><c>first-last</c>, both inclusive.</summary>
    public string? RetrievalByteRange { get; init; }

    /// <summary>How an inventory is to be written.</summary>
    public string? Format { get; init; }

    /// <summary>Which archives of an inventory are wanted.</summary>
    public InventoryParameters? InventoryRetrievalParameters { get; init; }
}

/// <summary>Which archives of an inventory are wanted; every field may be absent.</summary>
internal sealed record InventoryParameters
{
    /// <summary>Only archives created at or after this time.</summary>
    public string? StartDate { get; init; }

    /// <summary>Only archives created before this time.</summary>
    public string? EndDate { get; init; }

    /// <summary>Most archives, as a text.</summary>
    public string? Limit { get; init; }

    /// <summary>What the job before gave.</summary>
    public string? Marker { get; init; }
}
