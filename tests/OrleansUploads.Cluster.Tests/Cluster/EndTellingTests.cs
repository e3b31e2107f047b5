using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>The grains of uploads tell how they ended.</summary>
public sealed class EndTellingTests
{
    [Fact]
    public async Task Each_end_is_told_once_to_a_receiver_that_takes_it()
    {
        var told = new ToldEvents();
        var world = new DurableWorld();
        await using var cluster = await ClusterBench.StartAsync(world, silos: 2, events: told);
        await UploadOfManyParts.CreateVaultAsync(cluster.Client);
        var uploads = Enumerable.Range(1, 10).Select(static number => new UploadOfManyParts(1, number)).ToList();
        foreach (var upload in uploads)
        {
            await upload.OpenAsync(cluster.Client);
            await cluster.Client.AskWithRetriesAsync(upload.Entity, new AbortUpload(Some.Incarnation));
        }

        await told.AwaitAsync(uploads.Count);
        Assert.Equal(
            uploads.Select(static upload => upload.Id.ToString()).Order(StringComparer.Ordinal),
            told.Notices.Select(static notice => notice.Spec.Upload.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_end_that_a_lost_cluster_did_not_tell_is_told_by_the_next_one()
    {
        var told = new ToldEvents { Fails = true };
        var world = new DurableWorld();
        var upload = new UploadOfManyParts(1, 1);
        await using (var before = await ClusterBench.StartAsync(world, events: told))
        {
            await UploadOfManyParts.CreateVaultAsync(before.Client);
            await upload.OpenAsync(before.Client);
            await before.Client.AskWithRetriesAsync(upload.Entity, new AbortUpload(Some.Incarnation));
            await told.AwaitAsync(1);
            await before.KillAsync(before.Silos[0]);
        }

        told.Fails = false;
        var failed = told.Notices.Count;
        await using var after = await ClusterBench.StartAsync(world, events: told);
        await told.AwaitAsync(failed + 1);
        Assert.Single(told.Notices.Select(static notice => notice.Id).Distinct());
    }
}
