using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>A cluster is stopped, and another one is started on its state.</summary>
public sealed class RestartTests
{
    private const int Parts = 100;

    [Fact]
    [Promise("README.md", "A returned archive ID never changes, and it resolves to its archive until the archive is deleted")]
    public async Task After_a_restart_complete_returns_the_same_archive_and_open_uploads_continue()
    {
        var world = new DurableWorld();
        var done = new UploadOfManyParts(Parts, 1);
        var halfDone = new UploadOfManyParts(Parts, 2);
        CompleteUpload complete;
        CompletedArchive archive;
        await using (var before = await ClusterBench.StartAsync(world, silos: 2))
        {
            await UploadOfManyParts.CreateVaultAsync(before.Client);
            await ReportAsync(before.Client, done, 0, Parts);
            complete = done.Complete(await done.ListAsync(before.Client));
            archive = (await before.Client.AskWithRetriesAsync(done.Entity, complete)).Answer;
            await ReportAsync(before.Client, halfDone, 0, Parts / 2);
        }

        await using var after = await ClusterBench.StartAsync(world, silos: 2);
        Assert.Equal(archive, (await after.Client.AskWithRetriesAsync(done.Entity, complete)).Answer);
        Assert.Equal(Parts / 2, (await halfDone.ListAsync(after.Client)).Count);
        await ReportAsync(after.Client, halfDone, Parts / 2, Parts);
        Assert.Null((await after.Client.AskWithRetriesAsync(
            halfDone.Entity, halfDone.Complete(await halfDone.ListAsync(after.Client)))).Refusal);
        Assert.Equal(2, (await DescribeAsync(after)).Archives);
    }

    [Fact]
    public async Task Intents_pending_at_shutdown_are_delivered_by_the_next_cluster()
    {
        var storing = false;
        var world = new DurableWorld(parts: store => new FaultyPartStore(
            store, step => !storing && step.Call == PartStoreCall.PutManifest ? PartStoreFault.Before : PartStoreFault.None));
        var upload = new UploadOfManyParts(3, 1);
        await using (var before = await ClusterBench.StartAsync(world))
        {
            await UploadOfManyParts.CreateVaultAsync(before.Client);
            await ReportAsync(before.Client, upload, 0, 3);
            await Assert.ThrowsAsync<EntityUnavailableException>(async () => await before.Client.AskAsync(
                upload.Entity, upload.Complete(await upload.ListAsync(before.Client)), CancellationToken.None));
        }

        storing = true;
        await using var after = await ClusterBench.StartAsync(world);
        await Eventually.BecomesTrueAsync(
            async () => await world.Parts.ReadManifestAsync(upload.Id, CancellationToken.None) is not null,
            "the pending manifest is stored");
        await Eventually.BecomesTrueAsync(
            async () => (await DescribeAsync(after)).Archives == 1, "the archive is counted");

        await Eventually.BecomesTrueAsync(
            async () => (await UploadOfManyParts.ListOpenAsync(after.Client)).Count == 0, "the vault no longer lists the upload");
    }

    [Fact]
    public async Task A_reminder_exists_only_while_an_entity_has_pending_work()
    {
        var world = new DurableWorld();
        await using var cluster = await ClusterBench.StartAsync(world);
        await UploadOfManyParts.CreateVaultAsync(cluster.Client);
        var upload = new UploadOfManyParts(3, 1);
        await ReportAsync(cluster.Client, upload, 0, 3);
        Assert.Contains(world.Reminders.Grains, grain => grain.Key.ToString() == upload.Id.ToString());

        await cluster.Client.AskWithRetriesAsync(upload.Entity, upload.Complete(await upload.ListAsync(cluster.Client)));

        // The account, the vault and the shard have no pending work. Only the upload still has to be forgotten.
        await Eventually.BecomesTrueAsync(
            () => world.Reminders.Grains.All(grain => grain.Key.ToString() == upload.Id.ToString()),
            "the reminders of the other entities are gone");
    }

    private static async Task<VaultDescription> DescribeAsync(ClusterBench cluster) =>
        (await cluster.Client.AskWithRetriesAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Answer;

    private static async Task ReportAsync(IEntityHost host, UploadOfManyParts upload, int from, int to)
    {
        if (from == 0)
        {
            await upload.OpenAsync(host);
        }

        await Task.WhenAll(Enumerable.Range(from, to - from).Select(async slot =>
            Assert.Null((await host.AskWithRetriesAsync(upload.Entity, upload.Report(slot, $"{slot}"))).Refusal)));
    }
}
