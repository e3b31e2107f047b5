using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Gives up connections that were meant for an earlier incarnation of the silo that answers them, before calls are
/// sent through them.</summary>
/// <remarks>After a power cut, silos start at their old addresses while the membership table still has their predecessors. A
/// silo that connects to a predecessor reaches the successor, and Orleans uses the connection for both. Ten seconds after it
/// has learned that the predecessor is dead, it closes the connection, and with it the calls of the successor that are on
/// their way: their callers wait for the response time-out. So such a connection is refused by the silo that is reached,
/// until that silo is in the membership table, and is aborted by the silo that opened it as soon as it learns of the death.
/// By then the two silos exchange little more than probes, which are repeated.</remarks>
internal sealed class PredecessorConnections(IClusterMembershipService membership, ILocalSiloDetails self)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly ConcurrentDictionary<ConnectionContext, MembershipVersion> _outbound = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>Serves a connection from another silo, unless this silo is not in the membership table yet.</summary>
    public Task ServeInboundAsync(ConnectionContext connection, ConnectionDelegate next) =>
        membership.CurrentSnapshot.GetSiloStatus(self.SiloAddress) is SiloStatus.None or SiloStatus.Created
            ? Task.CompletedTask
            : next(connection);

    public async Task ServeOutboundAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        _outbound[connection] = membership.CurrentSnapshot.Version;
        try
        {
            await next(connection);
        }
        finally
        {
            _outbound.TryRemove(connection, out _);
        }
    }

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(PredecessorConnections), ServiceLifecycleStage.RuntimeInitialize, StartAsync, _ => StopAsync());

    public void Dispose() => _stopping.Dispose();

    internal Task StartAsync(CancellationToken cancellationToken)
    {
        _watching = Task.Run(WatchAsync, cancellationToken);
        return Task.CompletedTask;
    }

    internal async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WatchAsync()
    {
        var previous = membership.CurrentSnapshot;
        await foreach (var members in membership.MembershipUpdates.WithCancellation(_stopping.Token))
        {
            // A silo that leaves in order has other statuses before it is dead, and may still wait for answers.
            foreach (var (silo, member) in members.Members)
            {
                if (member.Status == SiloStatus.Dead && previous.GetSiloStatus(silo) is SiloStatus.Active or SiloStatus.Joining)
                {
                    Abort(silo, members.Version);
                }
            }

            previous = members;
        }
    }

    /// <summary>Aborts the connections to the address of a dead silo that were opened before its death was known.</summary>
    private void Abort(SiloAddress dead, MembershipVersion learnedAt)
    {
        foreach (var (connection, openedAt) in _outbound)
        {
            if (openedAt < learnedAt && dead.Endpoint.Equals(connection.RemoteEndPoint))
            {
                connection.Abort(new ConnectionAbortedException($"{dead} is dead."));
            }
        }
    }
}
