namespace OrleansUploads.Core.Vaults;

/// <summary>Totals of all shards of the archive index. They are maintained incrementally, because summing thousands of shards for
/// every request about a vault would dominate its cost.</summary>
/// <param name="Archives">Number of archives.</param>
/// <param name="SizeBytes">Sum of their sizes in bytes.</param>
/// <param name="ChangedAt">When an archive was last added or deleted, or null if none ever was.</param>
public readonly record struct VaultTotals(long Archives, long SizeBytes, DateTimeOffset? ChangedAt)
{
    /// <summary>Returns the totals after a change of one shard.</summary>
    /// <param name="before">The shard's previous totals, or null if it had none.</param>
    /// <param name="after">The shard's new totals.</param>
    public VaultTotals Replace(ShardTotals? before, ShardTotals after) => new(
        Archives + after.Archives - (before?.Archives ?? 0),
        SizeBytes + after.SizeBytes - (before?.SizeBytes ?? 0),
        ChangedAt > after.ChangedAt ? ChangedAt : after.ChangedAt);
}
