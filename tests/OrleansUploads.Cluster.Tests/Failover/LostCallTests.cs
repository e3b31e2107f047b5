using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Failover;

public sealed class LostCallTests
{
    public static TheoryData<Exception> Lost =>
    [
        new OrleansException("The silo is unavailable."),
        new TimeoutException(),
        new ObjectDisposedException("client"),
        new TaskCanceledException("The directory of grains is moving."),
    ];

    [Theory]
    [MemberData(nameof(Lost))]
    public void A_call_that_Orleans_gave_up_is_lost(Exception fault) =>
        Assert.True(ClusterHost.IsLostCall(fault, CancellationToken.None));

    [Fact]
    public void A_call_whose_caller_stopped_waiting_is_not_lost() =>
        Assert.False(ClusterHost.IsLostCall(new TaskCanceledException(), new CancellationToken(canceled: true)));

    [Fact]
    public void A_call_that_failed_for_another_reason_is_not_lost() =>
        Assert.False(ClusterHost.IsLostCall(new InvalidOperationException(), CancellationToken.None));
}
