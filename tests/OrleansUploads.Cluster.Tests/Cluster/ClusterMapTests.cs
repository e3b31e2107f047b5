using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Cluster;

public sealed class ClusterMapTests
{
    [Fact]
    public async Task Silos_say_their_memory_and_a_killed_one_is_shown_as_dead_and_a_stopped_one_is_not()
    {
        await using var cluster = await ClusterBench.StartAsync(new DurableWorld(), silos: 3);
        var map = new ClusterMap(cluster.Grains);
        await Eventually.BecomesTrueAsync(
            async () => await map.ListSilosAsync(CancellationToken.None) is { Count: 3 } silos
                && silos.All(static silo => silo is { Status: "Active", MemoryBytes: not null, ProcessorPercent: not null }),
            "three silos say their memory");

        await cluster.StopAsync(cluster.Silos[2]);
        await cluster.KillAsync(cluster.Silos[1]);
        await Eventually.BecomesTrueAsync(
            async () => string.Join(' ', (await map.ListSilosAsync(CancellationToken.None)).Select(static silo => silo.Status).Order()) == "Active Dead",
            "the killed silo is dead",
            TimeSpan.FromMinutes(2));
    }
}
