using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Cluster;

public sealed class ClusterMapTests
{
    private static readonly DateTime Now = new(2026, 3, 14, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Silos_say_their_memory_and_processors()
    {
        await using var cluster = await ClusterBench.StartAsync(new DurableWorld(), silos: 2);
        var map = new ClusterMap(cluster.Grains);
        await Eventually.BecomesTrueAsync(
            async () => await map.ListSilosAsync(CancellationToken.None) is { Count: 2 } silos
                && silos.All(static silo => silo is { Status: "Active", MemoryBytes: not null, ProcessorPercent: not null }),
            "two silos say their memory");
    }

    [Fact]
    public async Task Silos_say_what_they_receive_and_send()
    {
        var world = new DurableWorld();
        await using var cluster = await ClusterBench.StartAsync(world, silos: 2, stores: silo =>
        {
            world.AddStores(silo);
            silo.Services.AddSingleton<ITrafficMeter>(new SteadyTraffic());
        });

        var silos = await new ClusterMap(cluster.Grains).ListSilosAsync(CancellationToken.None);

        Assert.Equal(2, silos.Count);
        Assert.All(silos, static silo => Assert.Equal((3000L, 2000L), (silo.ReceivedPerSecond, silo.SentPerSecond)));
    }

    [Fact]
    public async Task Silos_that_serve_no_clients_have_no_rate()
    {
        await using var cluster = await ClusterBench.StartAsync(new DurableWorld(), silos: 2);

        var silos = await new ClusterMap(cluster.Grains).ListSilosAsync(CancellationToken.None);

        Assert.Equal(2, silos.Count);
        Assert.All(silos, static silo => Assert.True(silo is { ReceivedPerSecond: null, SentPerSecond: null }, silo.ToString()));
    }

    [Theory]
    [InlineData(true, 0, false, true)]
    [InlineData(false, 0, false, false)]
    [InlineData(true, 25, false, false)]
    [InlineData(true, 0, true, false)]
    public void A_dead_silo_is_lost_for_a_day_if_others_have_voted_on_it_and_none_has_taken_its_place(
        bool hasVotes, int hours, bool isReplaced, bool isLost)
    {
        var dead = EntryOf(port: 1, generation: 1, SiloStatus.Dead);
        if (hasVotes)
        {
            dead.AddSuspector(EntryOf(port: 2, generation: 1, SiloStatus.Active).SiloAddress, Now.AddHours(-hours));
        }

        MembershipEntry[] members = [dead, EntryOf(port: isReplaced ? 1 : 2, generation: 2, SiloStatus.Active)];
        Assert.Equal(isLost, ClusterMap.IsLost(dead, members));
    }

    private sealed class SteadyTraffic : ITrafficMeter
    {
        public TrafficRate Rate => new(Received: 3000, Sent: 2000);
    }

    private static MembershipEntry EntryOf(int port, int generation, SiloStatus status) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, port, generation),
        Status = status,
        IAmAliveTime = Now,
    };
}
