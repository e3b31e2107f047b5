using System.Diagnostics;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Core.Archives;
using OrleansUploads.TestKit.PartStores;

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
        var upload = new UploadOfManyParts(parts: 2, number: 1);
        await upload.OpenAsync(cluster.Client);
        await cluster.Client.AskWithRetriesAsync(upload.Entity, upload.Report(0, "part"));
        await cluster.Client.AskWithRetriesAsync(upload.Entity, upload.Report(1, "part"));
        var listed = await upload.ListAsync(cluster.Client);
        var completing = cluster.Client.AskAsync(upload.Entity, upload.Complete(listed), CancellationToken.None).AsTask();
        await held!.Asked.WaitAsync(MaxStop);

        var watch = Stopwatch.StartNew();
        await cluster.StopAsync(cluster.Silos[0]);

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, MaxStop);
        Assert.True((await Assert.ThrowsAsync<EntityUnavailableException>(() => completing)).IsFailover);
    }

    [Fact]
    public async Task A_timer_that_fires_while_the_silo_disposes_its_services_still_ends_the_waiting()
    {
        var time = new LateTimers();
        var lifecycle = new StoppingLifecycle();
        using var departure = new SiloDeparture(time);
        departure.Participate(lifecycle);
        await lifecycle.StopAsync();
        departure.Dispose();

        time.Fire();

        Assert.True(departure.Leaving.IsCancellationRequested);
    }

    /// <summary>A clock whose timers fire although they are disposed, as a timer does whose callback has begun already.</summary>
    private sealed class LateTimers : TimeProvider
    {
        private Action? _callback;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = () => callback(state);
            return base.CreateTimer(static _ => { }, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Fire() => _callback!();
    }

    /// <summary>Keeps what a participant does at the end.</summary>
    private sealed class StoppingLifecycle : ISiloLifecycle
    {
        private ILifecycleObserver? _observer;

        public int HighestCompletedStage => 0;

        public int LowestStoppedStage => 0;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            _observer = observer;
            return Stream.Null;
        }

        public Task StopAsync() => _observer!.OnStop(CancellationToken.None);
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
