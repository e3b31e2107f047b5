using System.Net;
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

    private static MembershipEntry EntryOf(int port, int generation, SiloStatus status) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, port, generation),
        Status = status,
        IAmAliveTime = Now,
    };
}
