using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Keys;

namespace OrleansUploads.Engine.Entities;

/// <summary>How entities are divided and stored. Operators do not set it: it depends on the kind of host, and simulations choose small
/// numbers.</summary>
public sealed record EntityLayout
{
    /// <summary>Whether other hosts may run the same entities.</summary>
    public JournalSharing Sharing { get; init; } = JournalSharing.Exclusive;

    /// <summary>The number of shards in the archive index of new vaults.</summary>
    public int ArchiveShards { get; init; } = VaultIncarnation.ManyShards;

    /// <summary>The number of deleted archives that the jobs of a vault remember.</summary>
    public int Retirements { get; init; } = JobsDecider.DefaultRememberedRetirements;

    /// <summary>The length at which a leaf of an ordered index splits, in bytes as a journal counts them.</summary>
    public long LeafBytes { get; init; } = KeyLeafDecider.DefaultMaxBytes;

    /// <summary>The length at which the routes of an ordered index drop every other route, in bytes as a journal counts them; at most
    /// <see cref="KeyRoutesDecider.MaxBytes"/>.</summary>
    public long RoutesBytes { get; init; } = KeyRoutesDecider.MaxBytes;
}
