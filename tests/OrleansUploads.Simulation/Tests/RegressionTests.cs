using OrleansUploads.Core;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Intake;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Simulation.Workload;
using OrleansUploads.TestKit;

namespace OrleansUploads.Simulation.Tests;

/// <summary>What the simulation found in the engine, each as the shortest scenario that shows it, and the seeds.</summary>
public sealed class RegressionTests
{
    private readonly MemoryJournal _journal = new();
    private readonly MemoryPartStore _parts = new();
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(38, "a stale vault confirmed that it had closed an upload which it had never listed")]
    [InlineData(33, "a stale account confirmed that it had removed a vault which it had never taken in")]
    [InlineData(50, "a stale vault confirmed that it had counted an archive which it left out")]
    [InlineData(14116, "bytes that had become an archive were deleted because a repeated report was refused")]
    [InlineData(1882374015028106, "a deletion was answered when the vault's former removal was confirmed, not its own")]
    [InlineData(793, "a vault said that it was gone before its account knew")]
    public void A_seed_that_once_failed_keeps_its_promises(ulong seed, string whatHappened) =>
        Assert.True(Simulation.Run(seed, new Coverage()).Violation is null, $"Again: {whatHappened}.");

    [Fact]
    public async Task A_host_that_was_overtaken_does_not_confirm_a_tell_from_memory()
    {
        await using var stale = Host();
        await using var other = Host();
        await other.AskAsync(Some.Account.Entity, new CreateVault(Some.Vault), CancellationToken.None);
        await stale.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault), CancellationToken.None);
        await other.AskAsync(
            Some.Vault.Entity,
            new OpenUpload(Some.Vault, Some.Upload(1), Some.Size(1), Description.None, UploadOrigin.Multipart),
            CancellationToken.None);

        // The stale host's vault has never heard of the upload; it must read before it says that there is nothing to close.
        var close = new CloseUpload(Some.Upload(1), 1);
        await Assert.ThrowsAsync<EntityUnavailableException>(
            async () => await stale.AskAsync(Some.Vault.Entity, close, CancellationToken.None));
        await stale.AskAsync(Some.Vault.Entity, close, CancellationToken.None);

        await using var fresh = Host();
        var listed = await fresh.AskAsync(Some.Vault.Entity, new ListUploads(Some.Vault, "", 10), CancellationToken.None);
        Assert.Empty(listed.Answer.Uploads);
    }

    [Fact]
    public async Task A_host_that_was_overtaken_does_not_give_bytes_free_from_memory()
    {
        await using var stale = Host();
        await using var other = Host();
        await stale.AskAsync(Some.Upload(1).Entity, new CheckPart(Some.Vault, new PartRange(0, 6)), CancellationToken.None);
        await other.AskAsync(Some.Upload(1).Entity, new InitiateUpload(Some.Opening()), CancellationToken.None);

        await Assert.ThrowsAsync<EntityUnavailableException>(async () => await stale.AskAsync(
            Some.Upload(1).Entity, new FenceAttempts(Some.Noon), CancellationToken.None));
    }

    [Fact]
    public void Whoever_learns_that_a_vault_is_gone_may_create_it_at_once()
    {
        var vault = new DeciderDriver<VaultState, VaultCommand, VaultEvent>(new VaultDecider());
        vault.Do(new BeginVault(Some.Life, Some.Noon));
        vault.Do(new DeleteVault(Some.Vault));

        // The answer waits until the account has been told.
        Assert.True(vault.Do(new DescribeVault(Some.Vault)).AwaitsPending);
        Assert.True(vault.Do(new ListUploads(Some.Vault, "", 10)).AwaitsPending);
    }

    [Fact]
    public void The_removal_of_one_life_is_not_taken_for_that_of_the_next()
    {
        var vault = new DeciderDriver<VaultState, VaultCommand, VaultEvent>(new VaultDecider());
        vault.Do(new BeginVault(Some.Life, Some.Noon));
        var first = Assert.Single(vault.Do(new DeleteVault(Some.Vault)).Intents);
        vault.Do(new BeginVault(Some.Life with { Epoch = 2 }, Some.Noon));
        var second = Assert.Single(vault.Do(new DeleteVault(Some.Vault)).Intents);
        Assert.NotEqual(first.Key, second.Key);
    }

    [Fact]
    public void A_vault_that_is_listed_has_begun()
    {
        var account = new DeciderDriver<AccountState, AccountCommand, AccountEvent>(new AccountDecider());
        account.Do(new CreateVault(Some.Vault));
        Assert.True(account.Do(new ListVaults("", 10)).AwaitsPending);
    }

    [Fact]
    public async Task A_refused_repetition_of_a_report_does_not_delete_the_bytes()
    {
        var content = new Content(0, 7);
        var intake = new PartIntake(new HostWhoseReportsAreInDoubt(), _parts, new SeededIds(_time, 1));
        var outcome = await intake.StorePartAsync(
            Some.Upload(1),
            Some.Vault,
            new PartRange(0, 6),
            new StatedHashes(new Core.Hashing.LinearHash(content.Digest), content.TreeHash),
            new SentBody(content, Lie.None),
            CancellationToken.None);

        Assert.IsType<Refusal.UploadNotFound>(outcome.Refusal);
        Assert.Single(await _parts.ListAttemptsAsync(Some.Upload(1), CancellationToken.None));
    }

    private EmbeddedHost Host() =>
        new(new EntityCatalog(new UploadPolicy(), new RetrievalPolicy()), _journal, _parts, _time);

    /// <summary>The first report lands without an answer; before the second, the upload becomes an archive.</summary>
    private sealed class HostWhoseReportsAreInDoubt : IEntityHost
    {
        private int _reports;

        public ValueTask<object> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
            command is not StorePart ? ValueTask.FromResult<object>(Done.Instance)
            : _reports++ == 0 ? throw new EntityUnavailableException(entity, "the outcome of a write is unknown; try again.")
            : ValueTask.FromResult<object>(new Refusal.UploadNotFound());
    }
}
