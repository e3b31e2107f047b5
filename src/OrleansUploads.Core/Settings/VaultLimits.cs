namespace OrleansUploads.Core.Settings;

/// <summary>Limits of a vault. They bound the size of its entities, so each limit has a maximum itself.</summary>
public sealed record VaultLimits
{
    /// <summary>Default value of <see cref="OpenUploads"/>.</summary>
    public const int DefaultOpenUploads = 10_000;

    /// <summary>Maximum value of <see cref="OpenUploads"/>.</summary>
    public const int MaxOpenUploads = 1_000_000;

    /// <summary>Default and maximum value of <see cref="Jobs"/>: one entity holds all jobs of a vault.</summary>
    public const int DefaultJobs = 10_000;

    /// <summary>Maximum number of uploads in progress.</summary>
    public int OpenUploads { get; init; } = DefaultOpenUploads;

    /// <summary>Maximum number of jobs. A job counts until its output has expired.</summary>
    public int Jobs { get; init; } = DefaultJobs;

    /// <summary>Maximum number of inventory jobs. Each one stores the version of every shard, which takes as much space as dozens
    /// of other jobs.</summary>
    public int InventoryJobs => Math.Max(1, Jobs / 10);
}
