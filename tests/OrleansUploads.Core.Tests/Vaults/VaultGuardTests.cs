using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Vaults;

/// <summary>A lock is effective when every shard of the index refuses verdicts from before it.</summary>
public sealed class VaultGuardTests
{
    private static readonly LockId Lock = LockId.FromRandom(Some.Bytes(LockId.RandomBytes, 1));
    private static readonly VaultPolicy Policy = new("{}", "arn");

    private readonly DeciderDriver<VaultState, VaultCommand, VaultEvent> _vault = new(new VaultDecider());

    public VaultGuardTests() => _vault.Do(new BeginVault(Some.Incarnation, Some.Noon));

    private VaultGuard Guard => ((VaultState.Live)_vault.State).Protection.Guard;

    [Fact]
    public void Initiating_a_lock_informs_the_known_shards_without_waiting_for_them()
    {
        Record(shards: 3);
        var initiated = _vault.Do(new InitiateLock(Some.Vault, Lock, Policy));
        Assert.True(initiated.AnswersAtOnce);
        Assert.Equal([(0, 1L), (1, 1L), (2, 1L)], SentGuards(initiated));
        Assert.Equal(1, _vault.Ask(new FindPolicies(Some.Vault)).Guard);
    }

    [Fact]
    public void Completing_a_lock_waits_for_every_shard_a_few_at_a_time()
    {
        const int Shards = 100;
        Record(Shards);
        _vault.Do(new InitiateLock(Some.Vault, Lock, Policy));
        var completed = _vault.Do(new CompleteLock(Some.Vault, Lock));
        Assert.False(completed.AnswersAtOnce);
        var inFlight = new Queue<Intent>(completed.Intents);
        Assert.InRange(inFlight.Count, 1, 16);

        var informed = new HashSet<int>();
        while (inFlight.TryDequeue(out var intent))
        {
            informed.Add(ShardOf(intent));
            foreach (var next in _vault.Do((VaultCommand)intent.Confirmation).Intents)
            {
                inFlight.Enqueue(next);
            }

            Assert.InRange(inFlight.Count, 0, 16);
        }

        Assert.Equal(Shards, informed.Count);
        Assert.Empty(_vault.Decider.Pending(_vault.State));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_repeated_completion_and_reads_of_a_completed_lock_wait_for_the_shards_too(bool asks)
    {
        Record(shards: 2);
        _vault.Do(new InitiateLock(Some.Vault, Lock, Policy));
        _vault.Do(new CompleteLock(Some.Vault, Lock));
        Assert.Equal(2, _vault.Do(asks ? new FindLock(Some.Vault) : new CompleteLock(Some.Vault, Lock)).Intents.Length);
        _vault.ConfirmAll();
        Assert.Empty(_vault.Do(asks ? new FindLock(Some.Vault) : new CompleteLock(Some.Vault, Lock)).Intents);
    }

    [Fact]
    public void A_shard_with_its_first_archive_is_informed_of_the_lock_before_the_addition_counts()
    {
        _vault.Do(new InitiateLock(Some.Vault, Lock, Policy));
        _vault.Do(new CompleteLock(Some.Vault, Lock));
        Assert.Equal([(7, 1L)], SentGuards(Record(shard: 7, version: 1)));
        Assert.Equal([(7, 1L)], SentGuards(Record(shard: 7, version: 1)));
        _vault.ConfirmAll();
        Assert.Empty(Record(shard: 7, version: 2).Intents);
    }

    [Fact]
    public void A_lock_after_an_abort_is_a_new_generation_and_waiting_callers_keep_waiting()
    {
        Record(shards: 2);
        var first = _vault.Do(new InitiateLock(Some.Vault, Lock, Policy)).Intents[0];
        _vault.Do(new AbortLock(Some.Vault));
        var second = LockId.FromRandom(Some.Bytes(LockId.RandomBytes, 2));
        _vault.Do(new InitiateLock(Some.Vault, second, Policy));
        Assert.Equal(2, Guard.Generation);

        var late = _vault.Do((VaultCommand)first.Confirmation);
        Assert.Empty(late.Events);
        Assert.Equal([(0, 2L)], SentGuards(late));
    }

    [Fact]
    public void A_tag_change_under_a_lock_waits_until_all_shards_are_informed()
    {
        Record(shards: 2);
        var tags = new Dictionary<string, string> { ["hold"] = "true" };
        Assert.Empty(_vault.Do(new AddTags(Some.Vault, tags)).Intents);
        _vault.Do(new InitiateLock(Some.Vault, Lock, Policy));
        _vault.ConfirmAll();

        Assert.Equal([(0, 2L), (1, 2L)], SentGuards(_vault.Do(new RemoveTags(Some.Vault, ["hold"]))));
        Assert.Equal([(0, 3L), (1, 3L)], SentGuards(_vault.Do(new AddTags(Some.Vault, tags))));
        Assert.Equal([(0, 3L), (1, 3L)], SentGuards(_vault.Do(new AddTags(Some.Vault, tags))));
    }

    [Fact]
    public void A_history_from_before_guards_existed_informs_every_shard_when_it_is_read()
    {
        VaultEvent[] old =
        [
            new VaultBegun(Some.Incarnation, Some.Noon),
            new ArchivesRecorded(new ShardTotals(3, 1, 1, 1, Some.Noon), null),
            new VaultLockInitiated(Lock, Policy, Some.Noon),
            new VaultLockCompleted(),
            new ArchivesRecorded(new ShardTotals(4, 1, 1, 1, Some.Noon), null),
        ];
        var state = old.Aggregate(_vault.Decider.Initial, _vault.Decider.Evolve);
        Assert.Equal([3, 4], _vault.Decider.Pending(state).Select(ShardOf).Order());
    }

    [Fact]
    public void A_snapshot_keeps_the_guard()
    {
        Record(shards: 3);
        _vault.Do(new InitiateLock(Some.Vault, Lock, Policy));
        _vault.Do(new AbortLock(Some.Vault));
        _vault.Do(new ConfirmGuardDelivered(Some.Incarnation.Epoch, 1, 1));
        var compact = _vault.Decider.Compact(_vault.State).ToList();
        Assert.Equal(compact.Count, _vault.Decider.CompactCount(_vault.State));
        var rebuilt = (VaultState.Live)compact.Aggregate(_vault.Decider.Initial, _vault.Decider.Evolve);
        Assert.Equal(1, rebuilt.Protection.Guard.Generation);
        Assert.Equal([0, 2], rebuilt.Protection.Guard.Undelivered);
    }

    private static IEnumerable<(int Shard, long Generation)> SentGuards(Decision<VaultEvent> decision) =>
        decision.Intents.Select(intent => (ShardOf(intent), ((UpdateGuard)((TellEntity)intent.Action).Command).Generation));

    private static int ShardOf(Intent intent) => ((ConfirmGuardDelivered)intent.Confirmation).Shard;

    private void Record(int shards)
    {
        for (var shard = 0; shard < shards; shard++)
        {
            Record(shard, version: 1);
        }
    }

    private Decision<VaultEvent> Record(int shard, long version) => _vault.Do(
        new RecordArchives(Some.Incarnation.Epoch, new ShardTotals(shard, version, 1, 1, Some.Noon), null));
}
