using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Membership;

public sealed class SiloClocksTests
{
    private static readonly SiloAddress Self = SiloAddress.New(IPAddress.Loopback, 1, 10);

    /// <summary>With an empty view, a silo with a wrong clock would agree with itself, and record its time for all.</summary>
    [Theory]
    [InlineData(SiloStatus.None, false)]
    [InlineData(SiloStatus.Created, false)]
    [InlineData(SiloStatus.Joining, false)]
    [InlineData(SiloStatus.Active, true)]
    public async Task The_clock_of_a_silo_agrees_with_nothing_until_the_silo_is_active(SiloStatus status, bool agrees)
    {
        var members = new PublishedMembers();
        if (status != SiloStatus.None)
        {
            members.Publish((Self, status));
        }

        // A silo that is alone asks no other one.
        var clocks = new SiloClocks(grains: null!, members, new SiloDetails(Self), new EntityClusterOptions());

        await clocks.CompareAsync(Cancellation);

        Assert.Equal(agrees, clocks.Agrees);
        Assert.False(clocks.IsOutvoted);
    }
}
