using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Membership;

public sealed class SiloShareTests
{
    [Fact]
    public void The_active_silos_divide_the_entities_in_the_order_of_their_addresses()
    {
        ClusterMember[] members = [Member(3, SiloStatus.Active), Member(1, SiloStatus.Active), Member(2, SiloStatus.Active)];

        Assert.Equal(new WakeShare(0, 3), SiloShare.Of(members[1].SiloAddress, members));
        Assert.Equal(new WakeShare(1, 3), SiloShare.Of(members[2].SiloAddress, members));
        Assert.Equal(new WakeShare(2, 3), SiloShare.Of(members[0].SiloAddress, members));
    }

    [Theory]
    [InlineData(SiloStatus.Joining)]
    [InlineData(SiloStatus.ShuttingDown)]
    [InlineData(SiloStatus.Dead)]
    public void A_silo_that_is_not_active_has_no_share(SiloStatus status)
    {
        ClusterMember[] members = [Member(1, status), Member(2, SiloStatus.Active)];

        Assert.Null(SiloShare.Of(members[0].SiloAddress, members));
        Assert.Equal(WakeShare.Whole, SiloShare.Of(members[1].SiloAddress, members));
    }

    private static ClusterMember Member(int number, SiloStatus status) =>
        new(SiloAddress.New(IPAddress.Loopback, number, generation: 1), status, $"silo {number}");
}
