using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Jobs;

/// <summary>Options that the caller set for a job.</summary>
/// <param name="Description">The job's description.</param>
/// <param name="Topic">Name of the topic to notify, or null for none.</param>
/// <param name="Tier">The retrieval tier.</param>
public sealed record JobOptions(Description Description, string? Topic, RetrievalTier Tier);
