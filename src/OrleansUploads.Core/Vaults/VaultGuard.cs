using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Vaults;

/// <summary>Tracks which shards of the index must still learn that the lock's verdicts may have changed.</summary>
/// <remarks>Shards do not know policies. They know a generation number, and refuse deletions whose verdict is based on a lower
/// one. A lock is therefore effective everywhere once the generation that it raised is delivered to all shards.</remarks>
/// <param name="Generation">Number of locks initiated in this incarnation of the vault, plus the number of tag changes while a
/// lock existed; 0 before the first lock.</param>
/// <param name="Undelivered">The shards that have archives and have not confirmed this generation.</param>
public sealed record VaultGuard(long Generation, ImmutableSortedSet<int> Undelivered)
{
    /// <summary>Number of concurrent deliveries. It is limited because each delivery loads a shard.</summary>
    private const int Lanes = 16;

    /// <summary>No lock was ever initiated.</summary>
    public static VaultGuard None { get; } = new(0, []);

    /// <summary>The first undelivered shard of each lane. Delivering to these, and after each delivery to the next shard of its
    /// lane, reaches all shards.</summary>
    private IEnumerable<int> NextOfEachLane => Undelivered.DistinctBy(static shard => shard % Lanes);

    /// <summary>The deliveries that are due: to the first undelivered shard of each lane.</summary>
    internal ImmutableArray<Intent> TellShards(VaultIncarnation vault) =>
        [.. NextOfEachLane.Select(shard => TellShard(vault, shard))];

    /// <summary>The delivery to a shard that reports archives. If it receives its first archive after a lock was initiated, the guard must
    /// be delivered to it before the addition is answered.</summary>
    /// <param name="vault">The incarnation.</param>
    /// <param name="isKnown">Whether the shard had archives before.</param>
    internal ImmutableArray<Intent> TellNew(VaultIncarnation vault, int shard, bool isKnown) =>
        Undelivered.Contains(shard) || (Generation > 0 && !isKnown) ? [TellShard(vault, shard)] : [];

    /// <summary>Delivers this generation to a shard.</summary>
    internal Intent TellShard(VaultIncarnation vault, int shard) => new(
        string.Create(CultureInfo.InvariantCulture, $"guard/{vault.Epoch}/{Generation}/{shard}"),
        new TellEntity(vault.ArchiveShard(shard), new UpdateGuard(Generation)),
        new ConfirmGuardDelivered(vault.Epoch, Generation, shard));

    /// <summary>Starts the next generation, which is not delivered to any shard yet.</summary>
    /// <param name="shards">All shards that have archives.</param>
    public VaultGuard Raise(IEnumerable<int> shards) => new(Generation + 1, [.. shards]);

    /// <summary>Adds a shard that has received its first archive. Does nothing if no lock was ever initiated.</summary>
    public VaultGuard AddShard(int shard) =>
        Generation == 0 ? this : this with { Undelivered = Undelivered.Add(shard) };

    /// <summary>Records that a shard has confirmed a generation. Older generations are ignored.</summary>
    public VaultGuard Confirm(long generation, int shard) =>
        generation == Generation ? this with { Undelivered = Undelivered.Remove(shard) } : this;

    /// <summary>The next undelivered shard in the same lane, or null.</summary>
    public int? NextAfter(int shard) => Undelivered.Cast<int?>().FirstOrDefault(next => next % Lanes == shard % Lanes);
}
