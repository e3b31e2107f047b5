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
}
