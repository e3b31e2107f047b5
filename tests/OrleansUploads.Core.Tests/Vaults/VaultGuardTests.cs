namespace OrleansUploads.Core.Tests.Vaults;

/// <summary>A lock is effective when every shard of the index refuses verdicts from before it.</summary>
public sealed class VaultGuardTests : VaultDriver
{
    private static readonly LockId Lock = LockId.FromRandom(Some.Bytes(LockId.RandomBytes, 1));
    private static readonly LockId SecondLock = LockId.FromRandom(Some.Bytes(LockId.RandomBytes, 2));

    public VaultGuardTests() => Given(Begin());

    private static CompleteLock Complete => new(Some.Vault, Lock);

    private static InitiateLock Initiate(LockId id) => new(Some.Vault, id, new VaultPolicy("{}", "arn"));

    [Fact]
    public void Initiating_a_lock_informs_the_known_shards_without_waiting_for_them()
    {
        Record(shards: 3);
        var initiated = Do(Initiate(Lock));
        Assert.Equal(AwaitedIntents.None, initiated.Awaits);
        Assert.Equal([(0, 1L), (1, 1L), (2, 1L)], SentGuards(initiated));
        Assert.Equal(1, Ask(new FindPolicies(Some.Vault)).Guard);
    }

    [Fact]
    public void Completing_a_lock_waits_for_every_shard_a_few_at_a_time()
    {
        const int Shards = 100;
        Record(Shards);
        Given(Initiate(Lock));
        var completed = Do(Complete);
        Assert.Equal(AwaitedIntents.Own, completed.Awaits);
        Assert.NotEmpty(completed.Intents);
        Assert.Equal(Shards, ConfirmInTurn(completed.Intents, static _ => true).Select(ShardOf).Distinct().Count());
        Assert.Empty(Pending);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_repeated_completion_and_reads_of_a_completed_lock_wait_for_the_shards_too(bool asks)
    {
        Record(shards: 2);
        Given(Initiate(Lock), Complete);
        VaultCommand again = asks ? new FindLock(Some.Vault) : Complete;
        Assert.Equal(2, Do(again).Intents.Length);
        ConfirmAll();
        Assert.Empty(Do(again).Intents);
    }

    [Fact]
    public void A_shard_with_its_first_archive_is_informed_of_the_lock_before_the_addition_counts()
    {
        Given(Initiate(Lock), Complete);
        Assert.Equal([(7, 1L)], SentGuards(Do(Totals(1, 1))));
        Assert.Equal([(7, 1L)], SentGuards(Do(Totals(1, 1))));
        ConfirmAll();
        Assert.Empty(Do(Totals(2, 1)).Intents);
    }

    [Fact]
    public void A_lock_after_an_abort_is_a_new_generation_and_waiting_callers_keep_waiting()
    {
        Record(shards: 2);
        var first = Do(Initiate(Lock)).Intents[0];
        Given(new AbortLock(Some.Vault), Initiate(SecondLock));
        Assert.Equal(2, Live.Protection.Guard.Generation);
        var late = Confirm(first);
        Assert.Empty(late.Events);
        Assert.Equal([(0, 2L)], SentGuards(late));
    }

    [Fact]
    public void A_tag_change_under_a_lock_waits_until_all_shards_are_informed()
    {
        Record(shards: 2);
        var hold = new AddTags(Some.Vault, new Dictionary<string, string> { ["hold"] = "true" });
        Assert.Empty(Do(hold).Intents);
        Given(Initiate(Lock));
        ConfirmAll();
        Assert.Equal([(0, 2L), (1, 2L)], SentGuards(Do(new RemoveTags(Some.Vault, ["hold"]))));
        Assert.Equal([(0, 3L), (1, 3L)], SentGuards(Do(hold)));
        Assert.Equal([(0, 3L), (1, 3L)], SentGuards(Do(hold)));
    }

    [Fact]
    public void A_history_from_before_guards_existed_informs_every_shard_when_it_is_read()
    {
        VaultEvent[] old =
        [
            new VaultBegun(Some.Incarnation, Some.Noon),
            new ArchivesRecorded(Totals(1, 1, shard: 3).Totals),
            new VaultLockInitiated(Lock, new VaultPolicy("{}", "arn"), Some.Noon),
            new VaultLockCompleted(),
            new ArchivesRecorded(Totals(1, 1, shard: 4).Totals),
        ];
        var state = old.Aggregate(Decider.Initial, Decider.Evolve);
        Assert.Equal([3, 4], Decider.Pending(state).Select(ShardOf).Order());
    }

    private static IEnumerable<(int Shard, long Generation)> SentGuards(Decision<VaultEvent> decision) =>
        decision.Intents.Select(intent => (ShardOf(intent), intent.Tells<UpdateGuard>().Generation));

    private static int ShardOf(Intent intent) => ((ConfirmGuardDelivered)intent.ConfirmationOf(Done.Instance)).Shard;

    private void Record(int shards)
    {
        for (var shard = 0; shard < shards; shard++)
        {
            Given(Totals(1, 1, shard: shard));
        }
    }
}
