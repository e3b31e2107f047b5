namespace OrleansUploads.Core.Jobs;

/// <summary>How urgently an archive is wanted. The numbers are stored.</summary>
public enum RetrievalTier
{
    /// <summary>Hours in the real service; the default.</summary>
    Standard = 0,

    /// <summary>Minutes in the real service.</summary>
    Expedited = 1,

    /// <summary>Half a day in the real service.</summary>
    Bulk = 2,
}

/// <summary>What the caller says about a job.</summary>
/// <param name="Description">For people.</param>
/// <param name="Topic">Name of the topic to notify; null for none.</param>
/// <param name="Tier">How urgently.</param>
public sealed record JobWish(Description Description, string? Topic, RetrievalTier Tier);
