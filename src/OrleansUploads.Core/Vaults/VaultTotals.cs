namespace OrleansUploads.Core.Vaults;

/// <summary>What all shards of the archive index hold together. Kept, because summing thousands of shards up for each question
/// about a vault would cost more than all else about it.</summary>
/// <param name="Archives">How many archives.</param>
/// <param name="SizeBytes">Sum of their sizes.</param>
/// <param name="ChangedAt">When an archive was last added or deleted; null where none ever was.</param>
public readonly record struct VaultTotals(long Archives, long SizeBytes, DateTimeOffset? ChangedAt)
{
    /// <summary>The totals after one shard's have changed.</summary>
    /// <param name="before">What the shard held before; null for nothing.</param>
    /// <param name="after">What it holds now.</param>
    public VaultTotals Replace(ShardTotals? before, ShardTotals after) => new(
        Archives + after.Archives - (before?.Archives ?? 0),
        SizeBytes + after.SizeBytes - (before?.SizeBytes ?? 0),
        ChangedAt > after.ChangedAt ? ChangedAt : after.ChangedAt);
}
