namespace OrleansUploads.Core.Vaults;

/// <summary>Totals of one shard of the archive index at one of its versions.</summary>
/// <param name="Shard">Number of the shard.</param>
/// <param name="Version">Number of additions and deletions so far; a higher version replaces a lower one.</param>
/// <param name="Archives">Number of archives.</param>
/// <param name="SizeBytes">Sum of their sizes in bytes.</param>
/// <param name="ChangedAt">When an archive was last added or deleted.</param>
public sealed record ShardTotals(int Shard, long Version, long Archives, long SizeBytes, DateTimeOffset ChangedAt);
