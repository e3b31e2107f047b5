using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Hashing;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>Abandoned uploads: reminders wake them, and one silo collects their bytes.</summary>
public sealed class ReclaimTests
{
    [Fact]
    [Promise("README.md", "Storage does not leak: after reclamation, the part store holds only bytes that belong to open uploads and archives")]
    public async Task A_stale_upload_expires_and_its_bytes_are_collected_without_a_request()
    {
        var world = new DurableWorld();
        var options = ClusterBench.Fast with
        {
            Engine = new EngineOptions
            {
                Uploads = new UploadPolicy { StaleAfter = TimeSpan.FromSeconds(2) },
                Maintenance = new MaintenanceOptions { CollectInterval = TimeSpan.FromSeconds(1), AttemptGrace = TimeSpan.Zero },
            },
        };
        await using var cluster = await ClusterBench.StartAsync(world, silos: 2, options);
        var upload = await StorePartAsync(world, cluster);

        await Eventually.BecomesTrueAsync(
            async () => (await UploadOfManyParts.ListOpenAsync(cluster.Client)).Count == 0,
            "the vault no longer lists the stale upload");
        Assert.Equal(
            UploadPhase.Expired,
            (await cluster.Client.AskWithRetriesAsync(upload.Entity, new SummarizeUpload(Some.Incarnation))).Answer.Phase);
        await Eventually.BecomesTrueAsync(
            async () => (await world.Parts.AllAttemptsAsync(upload.Id, CancellationToken.None)).Count == 0,
            "its bytes are collected");
    }

    [Fact]
    public async Task The_bytes_of_an_aborted_upload_are_deleted_long_before_the_next_collection()
    {
        var world = new DurableWorld();
        await using var cluster = await ClusterBench.StartAsync(world, silos: 2);
        await Eventually.BecomesTrueAsync(
            () => cluster.Silos.All(silo => silo.ServiceProvider.GetRequiredService<IServiceClock>().Read().IsTrusted),
            "the silos trust their clocks");
        var upload = await StorePartAsync(world, cluster);

        await cluster.Client.AskWithRetriesAsync(upload.Entity, new AbortUpload(Some.Incarnation));

        await Eventually.BecomesTrueAsync(
            async () => (await world.Parts.AllAttemptsAsync(upload.Id, CancellationToken.None)).Count == 0,
            "its bytes are deleted");
    }

    [Fact]
    public async Task A_bug_in_a_collection_does_not_stop_the_silo()
    {
        var parts = new FirstListingFails();
        var options = ClusterBench.Fast with
        {
            Engine = new EngineOptions { Maintenance = new MaintenanceOptions { CollectInterval = TimeSpan.FromSeconds(1) } },
        };
        await using var cluster = await ClusterBench.StartAsync(new DurableWorld(parts: _ => parts), silos: 1, options);

        await parts.SecondListing.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    /// <summary>Opens an upload of three parts, and stores and reports its first.</summary>
    private static async Task<UploadOfManyParts> StorePartAsync(DurableWorld world, ClusterBench cluster)
    {
        await UploadOfManyParts.CreateVaultAsync(cluster.Client);
        var upload = new UploadOfManyParts(3, 1);
        await upload.OpenAsync(cluster.Client);
        var report = upload.Report(0, "0");
        byte[] bytes = [1];
        await using var attempt = await world.Parts.CreateAsync(upload.Id, report.Attempt, bytes.Length, CancellationToken.None);
        await attempt.WriteAsync(bytes, CancellationToken.None);
        await attempt.CommitAsync(
            new[] { new Sha256Digest(System.Security.Cryptography.SHA256.HashData(bytes)) }, CancellationToken.None);
        await cluster.Client.AskWithRetriesAsync(upload.Entity, report);
        return upload;
    }

    private sealed class FirstListingFails() : DelegatingPartStore(new MemoryPartStore())
    {
        private readonly TaskCompletionSource _second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _listings;

        public Task SecondListing => _second.Task;

        public override IAsyncEnumerable<UploadId> ListUploadsAsync(CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _listings) == 1)
            {
                throw new InvalidOperationException("A bug.");
            }

            _second.TrySetResult();
            return base.ListUploadsAsync(cancellationToken);
        }
    }
}
