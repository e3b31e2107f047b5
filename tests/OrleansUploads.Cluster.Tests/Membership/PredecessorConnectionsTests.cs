using Microsoft.AspNetCore.Connections;
using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Membership;

public sealed class PredecessorConnectionsTests : IDisposable
{
    private static readonly SiloAddress Self = SiloAddress.New(IPAddress.Loopback, 1, 10);
    private static readonly SiloAddress Other = SiloAddress.New(IPAddress.Loopback, 2, 10);

    private readonly PublishedMembers _members = new();
    private readonly PredecessorConnections _connections;

    public PredecessorConnectionsTests() => _connections = new PredecessorConnections(_members, new SiloDetails(Self));

    public void Dispose() => _connections.Dispose();

    [Theory]
    [InlineData(SiloStatus.None, false)]
    [InlineData(SiloStatus.Created, false)]
    [InlineData(SiloStatus.Joining, true)]
    [InlineData(SiloStatus.Active, true)]
    public async Task A_connection_is_served_once_the_silo_is_in_the_membership_table(SiloStatus self, bool isServed)
    {
        _members.Publish((Self, self));
        var served = false;

        await _connections.ServeInboundAsync(new Connection(Other), _ =>
        {
            served = true;
            return Task.CompletedTask;
        });

        Assert.Equal(isServed, served);
    }

    [Theory]
    [InlineData(SiloStatus.Active)]
    [InlineData(SiloStatus.Joining)]
    public async Task A_connection_to_a_silo_whose_death_becomes_known_is_aborted(SiloStatus before)
    {
        _members.Publish((Other, before));
        await _connections.StartAsync(CancellationToken.None);
        var connection = Open(Other);

        _members.Publish((Other, SiloStatus.Dead));

        await Eventually.BecomesTrueAsync(() => connection.IsAborted, "the connection is aborted");
        await _connections.StopAsync();
    }

    [Fact]
    public async Task Other_connections_stay_when_a_silo_dies()
    {
        var successor = SiloAddress.New(Other.Endpoint, Other.Generation + 1);
        var third = SiloAddress.New(IPAddress.Loopback, 3, 10);
        _members.Publish((Other, SiloStatus.Active), (third, SiloStatus.Active));
        await _connections.StartAsync(CancellationToken.None);
        var (toThird, toOther) = (Open(third), Open(Other));

        _members.Publish((Other, SiloStatus.Dead), (third, SiloStatus.Active));
        await Eventually.BecomesTrueAsync(() => toOther.IsAborted, "the connection is aborted");
        var toSuccessor = Open(successor);
        var toLeaving = Open(third);
        _members.Publish((Other, SiloStatus.Dead), (successor, SiloStatus.Active), (third, SiloStatus.ShuttingDown));
        _members.Publish((Other, SiloStatus.Dead), (successor, SiloStatus.Active), (third, SiloStatus.Dead));
        _members.Publish((Other, SiloStatus.Dead), (successor, SiloStatus.Dead), (third, SiloStatus.Dead));

        await Eventually.BecomesTrueAsync(() => toSuccessor.IsAborted, "the updates are handled");
        Assert.False(toThird.IsAborted);
        Assert.False(toLeaving.IsAborted);
        await _connections.StopAsync();
    }

    private Connection Open(SiloAddress silo)
    {
        var connection = new Connection(silo);
        _ = _connections.ServeOutboundAsync(connection, _ => connection.Closed);
        return connection;
    }

    private sealed class Connection : DefaultConnectionContext
    {
        private readonly TaskCompletionSource _closed = new();

        public Connection(SiloAddress silo) => RemoteEndPoint = silo.Endpoint;

        public Task Closed => _closed.Task;

        public bool IsAborted => _closed.Task.IsCompleted;

        public override void Abort(ConnectionAbortedException abortReason) => _closed.TrySetResult();
    }
}
