using OrleansUploads.Simulation.Reporting;

namespace OrleansUploads.Simulation.Tests;

/// <summary>Defects that the simulation found in the engine, as seeds and as short scenarios.</summary>
public sealed class RegressionTests
{
    private readonly MemoryJournal _journal = new();
    private readonly MemoryPartStore _parts = new();
    private readonly ManualTime _time = new();

    /// <summary>A seed that fails is added here. It shows the defect only until the generator changes, so the defect gets a scenario, too.</summary>
    [Theory]
    [InlineData(ScheduleKind.Uploads, 14116, "bytes that had become an archive were deleted because a repeated report was refused")]
    [InlineData(ScheduleKind.Uploads, 1882374015028106, "a deletion was answered when the vault's former removal was confirmed, not its own")]
    [InlineData(ScheduleKind.Uploads, 1924414488707090, "an abort was answered while the upload was still listed")]
    [InlineData(ScheduleKind.Uploads, 793, "a vault was reported as deleted before its account knew")]
    [InlineData(ScheduleKind.Uploads, 1883332759521056, "a part of an aborted upload was asked for again")]
    [InlineData(
        ScheduleKind.Uploads, 23352422269191411, "the collection ended the deletion of an archive whose record was old enough to be forgotten")]
    [InlineData(ScheduleKind.Uploads, 7012740, "a node wrote the bytes of another part")]
    [InlineData(ScheduleKind.Inventories, 8016802, "a day passed between an inventory and the start of its job")]
    public void A_seed_that_once_failed_keeps_its_promises(string kind, ulong seed, string whatHappened) =>
        Assert.True(ScheduleKind.Of(kind).Run(seed, false).Violation is null, $"This defect has returned: {whatHappened}.");

    [Fact]
    public async Task A_stale_host_does_not_confirm_a_tell_from_memory()
    {
        await using var stale = Host();
        await using var other = Host();
        var leaf = new LeafId(Some.Incarnation.Uploads, LeafName.First);
        var entry = SomeObject.UploadEntry("a", upload: 1);
        var list = new ListUpload(entry) { Leaf = leaf };
        await stale.AskAsync(leaf.Entity, list, CancellationToken.None);
        var unlist = new UnlistUpload(entry.PositionIn(KeyTree.Uploads)) { Leaf = leaf };
        await other.AskAsync(leaf.Entity, unlist, CancellationToken.None);

        // The stale host still lists the upload. It must read the journal before it answers that there is nothing to add.
        await Assert.ThrowsAsync<EntityUnavailableException>(
            async () => await stale.AskAsync(leaf.Entity, list, CancellationToken.None));
        await stale.AskAsync(leaf.Entity, list, CancellationToken.None);

        await using var fresh = Host();
        var read = await fresh.AskAsync(leaf.Entity, new ReadLeaf(KeyPosition.Start, 10) { Leaf = leaf }, CancellationToken.None);
        Assert.Empty(read.Answer.Entries);
    }

    [Fact]
    public async Task A_stale_host_does_not_release_bytes_from_memory()
    {
        await using var stale = Host();
        await using var other = Host();
        await stale.AskAsync(Some.Upload(1).Entity, new CheckPart(Some.Incarnation, new PartRange(0, 6)), CancellationToken.None);
        await other.AskAsync(Some.Upload(1).Entity, new InitiateUpload(Some.Spec()), CancellationToken.None);

        await Assert.ThrowsAsync<EntityUnavailableException>(async () => await stale.AskAsync(
            Some.Upload(1).Entity, new FenceAttempts(Some.Noon), CancellationToken.None));
    }

    [Fact]
    public void A_vault_reported_as_gone_can_be_created_again_at_once()
    {
        var vault = new DeciderDriver<VaultState, VaultCommand, VaultEvent>(new VaultDecider());
        vault.Do(new BeginVault(Some.Incarnation, Some.Noon));
        vault.Do(new DeleteVault(Some.Vault));

        // The answer waits until the account is informed.
        Assert.Equal(AwaitedIntents.OwnAndEarlier, vault.Do(new DescribeVault(Some.Vault)).Awaits);
        Assert.Equal(AwaitedIntents.OwnAndEarlier, vault.Do(new FindPolicies(Some.Vault)).Awaits);
    }

    [Fact]
    public void Removing_one_incarnation_does_not_confirm_removing_the_next()
    {
        var vault = new DeciderDriver<VaultState, VaultCommand, VaultEvent>(new VaultDecider());
        vault.Do(new BeginVault(Some.Incarnation, Some.Noon));
        var first = Assert.Single(vault.Do(new DeleteVault(Some.Vault)).Intents);
        vault.Do(new BeginVault(Some.Incarnation with { Epoch = 2 }, Some.Noon));
        var second = Assert.Single(vault.Do(new DeleteVault(Some.Vault)).Intents);
        Assert.NotEqual(first.Key, second.Key);
    }

    [Fact]
    public void A_listed_vault_exists()
    {
        var account = new DeciderDriver<AccountState, AccountCommand, AccountEvent>(new AccountDecider());
        account.Do(new CreateVault(Some.Vault));
        Assert.Equal(AwaitedIntents.OwnAndEarlier, account.Do(new ListVaults("", 10)).Awaits);
    }

    [Fact]
    public async Task A_refused_repetition_of_a_report_does_not_delete_the_bytes()
    {
        var content = new Content(0, 7);
        var intake = new ArchiveIntake(new HostWhoseReportsAreInDoubt(), _parts, new SeededIds(_time, 1), _time);
        var outcome = await intake.StorePartAsync(
            Some.Upload(1),
            Some.Incarnation,
            new PartRange(0, 6),
            new StatedHashes(new OrleansUploads.Hashing.LinearHash(content.Digest), content.TreeHash),
            new SentBody(content, Lie.None),
            sender: null,
            CancellationToken.None);

        Assert.IsType<Refusal.UploadNotFound>(outcome.Refusal);
        Assert.Single(await _parts.AllAttemptsAsync(Some.Upload(1), CancellationToken.None));
    }

    private EmbeddedHost Host() =>
        new(new EntityCatalog(new EngineOptions()), _journal, _parts, _time);

    /// <summary>The first report takes effect without an answer. Before the second, the upload is completed.</summary>
    private sealed class HostWhoseReportsAreInDoubt : IEntityHost
    {
        private int _reports;

        public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
            command is not StorePart ? ValueTask.FromResult(new TrackedAnswer(Done.Instance))
            : _reports++ == 0 ? throw new EntityUnavailableException(entity, "the outcome of a write is unknown; try again.")
            : ValueTask.FromResult(new TrackedAnswer(new Refusal.UploadNotFound()));
    }
}
