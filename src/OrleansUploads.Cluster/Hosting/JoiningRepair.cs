using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Engine;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Repairs the membership table while this silo joins the cluster: once before it joins, and every second until it is
/// active.</summary>
internal abstract class JoiningRepair(IMembershipTable table, ILocalSiloDetails self, TimeProvider time, ILogger log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>The number of votes that an entry of the membership table keeps.</summary>
    protected const int MaxSuspectors = 2;

    /// <summary>After the membership table is initialized, and before the silo writes its own entry.</summary>
    private const int BeforeJoining = ServiceLifecycleStage.AfterRuntimeGrainServices - 1;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ContentionDelay = TimeSpan.FromMilliseconds(20);

    private readonly LogRate _failures = new(time);
    private readonly CancellationTokenSource _active = new();
    private Task _joining = Task.CompletedTask;

    protected SiloAddress Self => self.SiloAddress;

    protected TimeProvider Time => time;

    protected ILogger Log => log;

    public void Participate(ISiloLifecycle lifecycle)
    {
        var name = GetType().Name;
        lifecycle.Subscribe(name, BeforeJoining, StartAsync, _ => StopAsync());
        lifecycle.Subscribe(name, ServiceLifecycleStage.Active, _ => StopAsync(), static _ => Task.CompletedTask);
    }

    public void Dispose() => _active.Dispose();

    /// <summary>Changes an entry. Returns it with its ETag, or null if no entry needs a change.</summary>
    protected abstract Tuple<MembershipEntry, string>? ChangeOne(IList<Tuple<MembershipEntry, string>> members);

    /// <summary>Called when a change is in the table.</summary>
    protected abstract void Changed(MembershipEntry entry);

    /// <summary>Called when the table could not be read or written.</summary>
    protected virtual void Failed()
    {
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await RepairAsync(cancellationToken);
        _joining = RepairUntilActiveAsync();
    }

    private async Task StopAsync()
    {
        await _active.CancelAsync();
        await _joining;
    }

    private async Task RepairUntilActiveAsync()
    {
        while (!_active.IsCancellationRequested)
        {
            await Task.Delay(Interval, time, _active.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await RepairAsync(_active.Token);
        }
    }

    private async Task RepairAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested && !await TryRepairAsync(cancellationToken))
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
            Failed();
            if (_failures.TryPass(out var suppressed))
            {
                ClusterLog.MembershipNotRepaired(log, GetType().Name, Self.ToString(), fault.Message, suppressed);
            }
        }
    }

    /// <summary>Changes at most one entry. Returns whether none needed a change. Otherwise the table must be read again,
    /// because every write changes its version.</summary>
    private async Task<bool> TryRepairAsync(CancellationToken cancellationToken)
    {
        var members = await table.ReadAllAsync(cancellationToken);
        if (ChangeOne([.. members.Members]) is not var (entry, etag))
        {
            return true;
        }

        if (await table.UpdateRowAsync(entry, etag, members.Version.Next(), cancellationToken))
        {
            Changed(entry);
        }

        return false;
    }
}
