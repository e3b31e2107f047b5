namespace OrleansUploads.Core.Vaults;

/// <summary>What one shard of the archive index holds, as of one of its versions.</summary>
/// <param name="Shard">Which shard.</param>
/// <param name="Version">Counts the shard's additions and deletions; the greater one is the newer truth.</param>
/// <param name="Archives">How many archives.</param>
/// <param name="SizeBytes">Sum of their sizes.</param>
/// <param name="ChangedAt">When an archive was last added or deleted.</param>
public sealed record ShardTotals(int Shard, long Version, long Archives, long SizeBytes, DateTimeOffset ChangedAt);
