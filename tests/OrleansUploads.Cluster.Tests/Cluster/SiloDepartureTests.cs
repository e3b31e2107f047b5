using System.Diagnostics;
using OrleansUploads.Cluster.Tests.Harness;
using OrleansUploads.Core.Messages.Archives;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cluster.Tests.Cluster;

public sealed class SiloDepartureTests
{
    /// <summary>Without an end of the waiting, the silo leaves after half a minute.</summary>
    private static readonly TimeSpan MaxStop = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_silo_leaves_although_a_command_waits_for_something_that_does_not_happen()
    {
        HeldManifests? held = null;
        var world = new DurableWorld(parts: store => held = new HeldManifests(store));
        await using var cluster = await ClusterBench.StartAsync(world);
        await UploadOfManyParts.CreateVaultAsync(cluster.Client);
        var upload = new UploadOfManyParts(parts: 1, number: 1);
        await upload.OpenAsync(cluster.Client);
        await cluster.Client.AskWithRetriesAsync(upload.Entity, upload.Report(0, "part"));
        var listed = await upload.ListAsync(cluster.Client);
        var completing = cluster.Client.AskAsync(upload.Entity, upload.Complete(listed), CancellationToken.None).AsTask();
        await held!.Asked;

        var watch = Stopwatch.StartNew();
        await cluster.StopAsync(cluster.Silos[0]);

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, MaxStop);
        Assert.True((await Assert.ThrowsAsync<EntityUnavailableException>(() => completing)).IsFailover);
    }

    /// <summary>A part store that never finishes a manifest, and does not notice that its caller has given up.</summary>
    private sealed class HeldManifests(IPartStore inner) : DelegatingPartStore(inner)
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public override async ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            await new TaskCompletionSource().Task;
        }
    }
}
