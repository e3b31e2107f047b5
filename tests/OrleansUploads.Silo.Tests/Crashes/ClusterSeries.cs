using OrleansUploads.Client.Models;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>The simulation's clients and judge, with a cluster that a test disturbs in each round.</summary>
internal sealed class ClusterSeries : RealSeries
{
    /// <summary>How long what a lost silo has asked of others may still take effect, and entities deliver what they owe.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private readonly ClusterService _service;
    private readonly bool _isOutage;
    private readonly Func<ClusterService, int, Task> _disturbAsync;

    private ClusterSeries(
        ulong seed, int rounds, RealTally tally, ClusterService service, bool isOutage, Func<ClusterService, int, Task> disturbAsync)
        : base(seed, kind: 13, tally, rounds)
    {
        _service = service;
        _isOutage = isOutage;
        _disturbAsync = disturbAsync;
        Judge.AdviceMayBeStale = true;
    }

    /// <summary>Plays a series with clients that repeat nothing. So every request that is sent while no silo ends must get a definite
    /// answer, also a request that is repeated after the end of its silo.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="rounds">The rounds.</param>
    /// <param name="disturbAsync">Disturbs the cluster in a round, and returns when it is complete again.</param>
    /// <param name="tally">The counts to add to.</param>
    /// <param name="seed">The seed of the series.</param>
    public static async Task<RealFailure?> FindAsync(
        SiloCluster cluster, int rounds, Func<ClusterService, int, Task> disturbAsync, RealTally tally, ulong seed = 1)
    {
        await using var service = new ClusterService(cluster, RetryPolicy.None);
        await using var series = new ClusterSeries(seed, rounds, tally, service, isOutage: false, disturbAsync);
        return await series.PlayAsync(service, round => round < rounds);
    }

    /// <summary>Plays a series through outages, with clients that repeat what has failed. Only what is never repeated may fail: an archive
    /// in one request, and a download that has begun.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="rounds">At most this many rounds.</param>
    /// <param name="hasRound">Whether there is another round.</param>
    /// <param name="disturbAsync">Disturbs the cluster in a round.</param>
    /// <param name="tally">The counts to add to.</param>
    /// <param name="seed">The seed of the series.</param>
    public static async Task<RealFailure?> FindInOutagesAsync(
        SiloCluster cluster,
        int rounds,
        Func<int, bool> hasRound,
        Func<ClusterService, int, Task> disturbAsync,
        RealTally tally,
        ulong seed = 1)
    {
        await using var service = new ClusterService(cluster, ClusterService.Patient);
        await using var series = new ClusterSeries(seed, rounds, tally, service, isOutage: true, disturbAsync);
        return await series.PlayAsync(service, round => round < rounds && hasRound(round));
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override Task BeginAsync() => Task.CompletedTask;

    protected override async Task DisturbAsync(int round, int steps, Task clients)
    {
        Clients.MayFailUnrepeated = _isOutage;
        await AwaitMomentAsync(steps, clients);
        Clients.Note("the cluster is disturbed");
        Clients.MayHangUp = false;
        await _disturbAsync(_service, round);
    }

    protected override Task SettleAsync() => Task.Delay(Settling);

    protected override Task EndAsync() => Task.CompletedTask;
}
