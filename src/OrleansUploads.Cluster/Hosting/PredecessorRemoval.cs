using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Entities;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Declares earlier incarnations of this silo dead: entries in the membership table with its address and an older
/// generation. Runs before the silo joins the cluster, and every second until the silo is active.</summary>
/// <remarks>
/// Orleans tries this once at the start. If another silo changes the table at the same moment, the attempt fails, counts as done, and
/// is repeated only when the table is next refreshed. Until then the other silos cannot join, because the old incarnation does not
/// answer them, and calls are sent to it. Silos that start together after a power failure cause exactly this.
/// </remarks>
internal sealed class PredecessorRemoval(
    IMembershipTable table, ILocalSiloDetails self, TimeProvider time, ILogger<PredecessorRemoval> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>After the membership table is initialized, and before the silo writes its own entry.</summary>
    private const int BeforeJoining = ServiceLifecycleStage.AfterRuntimeGrainServices - 1;

    private const int MaxSuspectors = 2;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ContentionDelay = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _active = new();
    private Task _joining = Task.CompletedTask;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(lifecycle);
        lifecycle.Subscribe(nameof(PredecessorRemoval), BeforeJoining, StartAsync, _ => StopAsync());
        lifecycle.Subscribe(nameof(PredecessorRemoval), ServiceLifecycleStage.Active, _ => StopAsync(), static _ => Task.CompletedTask);
    }

    /// <inheritdoc/>
    public void Dispose() => _active.Dispose();

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await RemoveAsync(cancellationToken);
        _joining = RemoveUntilActiveAsync();
    }

    private async Task StopAsync()
    {
        await _active.CancelAsync();
        await _joining;
    }

    /// <summary>A write of the predecessor may reach the table after its death, so one removal is not enough.</summary>
    private async Task RemoveUntilActiveAsync()
    {
        while (!_active.IsCancellationRequested)
        {
            await Task.Delay(Interval, time, _active.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await RemoveAsync(_active.Token);
        }
    }

    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested && !await TryRemoveAsync())
            {
                await Task.Delay(ContentionDelay, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The silo is active or stops.
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            ClusterLog.PredecessorNotRemoved(log, self.SiloAddress.ToString(), fault.Message);
        }
    }

    /// <summary>Declares the first predecessor dead.</summary>
    /// <returns>Whether there was none. Otherwise the table must be read again, because every write changes its version.</returns>
    private async Task<bool> TryRemoveAsync()
    {
        var members = await table.ReadAll();
        if (members.Members.FirstOrDefault(member => IsPredecessor(member.Item1)) is not var (entry, etag))
        {
            return true;
        }

        entry.AddOrUpdateSuspector(self.SiloAddress, time.GetUtcNow().UtcDateTime, MaxSuspectors);
        entry.Status = SiloStatus.Dead;
        if (await table.UpdateRow(entry, etag, members.Version.Next()))
        {
            ClusterLog.PredecessorRemoved(log, entry.SiloAddress.ToString());
        }

        return false;
    }

    private bool IsPredecessor(MembershipEntry entry) =>
        entry.Status != SiloStatus.Dead && entry.SiloAddress.IsPredecessorOf(self.SiloAddress);
}
