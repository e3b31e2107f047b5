using System.Diagnostics;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Silo.Tests.Faults;
using OrleansUploads.Simulation.Soak;

namespace OrleansUploads.Silo.Tests.Soak;

/// <summary>The campaign of faults for an hour, with updates, restarts of the database and wrong clocks, and with a steady load of archives,
/// so that growth shows. <c>tests/clusters/campaign.sh soak</c> runs it.</summary>
[Collection(nameof(Alone))]
public sealed class SoakTests(PostgresServer postgres, AzuriteServer azurite, ITestOutputHelper output) : TestWithFolder
{
    private const int UploadsPerSecond = 8;
    private const int MaxArchiveBytes = 256 * 1024;

    /// <summary>The records of ended uploads stay for a week, so rows, reminders and logs grow with the archives. What one
    /// archive adds may vary by this factor, because a soak disturbs at random.</summary>
    private const double Tolerance = 1.25;

    /// <summary>Each archive has a job and a deletion, which the vault remembers for a day. This is what the memory of a silo may grow by for
    /// each, with the garbage of writing them. A leak of one request's buffers is more.</summary>
    private const int MemoryBytesPerArchive = 16 * 1024;

    /// <summary>Almost all requests of a cut may wait for its end, and then as long as a gateway holds them.</summary>
    private static readonly int MaxInFlight =
        2 * UploadsPerSecond * (int)(SiloDisturbances.Cut + new FailoverOptions().MaxTime).TotalSeconds;

    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(TestSetting.Read("ORLEANSUPLOADS_SOAK_MINUTES", 0));

    /// <summary>A client that repeats transient failures for up to two minutes.</summary>
    private static readonly RetryPolicy Patient = new() { MaxAttempts = 150, MaxDelay = TimeSpan.FromSeconds(1) };

    private static readonly TimeSpan SampleInterval = Duration / 12;

    private readonly Stopwatch _watch = new();
    private readonly List<ClusterSize> _sizes = [];

    [Fact]
    public Task A_cluster_on_PostgreSQL_to_which_everything_happens_does_not_grow() => RunAsync(postgres);

    [Fact]
    public Task A_cluster_on_Azurite_to_which_everything_happens_does_not_grow() => RunAsync(azurite);

    private async Task RunAsync(IDatabaseServer server)
    {
        Assert.SkipWhen(Duration == TimeSpan.Zero, "tests/clusters/campaign.sh soak runs this test.");
        await NetworkCut.PrepareAsync();
        try
        {
            await using var cluster = await SiloCluster.StartAsync(await server.CreateAsync(), SiloDisturbances.Prepare);
            await RunAsync(server, cluster);
        }
        finally
        {
            await NetworkCut.EndAsync();
        }
    }

    private async Task RunAsync(IDatabaseServer server, SiloCluster cluster)
    {
        using var http = new HttpClient(new MeasuredRequests(cluster.Rotation, null, UnrepeatedRequests.CreateHandler()))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        using var client = FaultCampaign.Connect(http, Patient);
        var load = new SoakLoad(client, UploadsPerSecond, MaxArchiveBytes, serversEnd: true, MaxInFlight);
        await load.PrepareAsync();
        var further = new LongDisturbances(
            cluster,
            server,
            await ClockOffset.CompileAsync(Folder.Path),
            Environment.GetEnvironmentVariable("ORLEANSUPLOADS_SOAK_PREVIOUS_SILO"),
            () => load.Uploads);
        List<Disturbance> table = [.. new SiloDisturbances(cluster).OfOne, .. further.All];
        _watch.Start();
        using var stopping = new CancellationTokenSource();
        var running = load.RunAsync(stopping.Token);

        var findings = await FaultCampaign.RunAsync(
            FaultPlan.Read(table.Count) with { Duration = Duration },
            cluster.Rotation,
            [.. table.Select(disturbance => disturbance with { InjectAsync = silo => InjectAsync(cluster, load, disturbance, silo) })],
            output.Say);

        await MeasureAsync(cluster, load);
        await stopping.CancelAsync();
        await running;
        output.Say($"{load.Uploads} archives stored, {load.Deletions} deleted, {load.Retrievals} read.");
        Assert.True(findings.Count == 0, string.Join('\n', findings.Take(30)));
        Assert.DoesNotContain(load.Reasons, static reason => !IsExpected(reason.Key));
        CheckGrowth();
    }

    /// <summary>A job that was initiated while its silo's clock was ahead is ready later by that much, as docs/cluster.md says.</summary>
    private static bool IsExpected(string reason) =>
        reason.Contains("The job is not currently available for download", StringComparison.Ordinal);

    /// <summary>Measures the cluster if it is time, and injects a disturbance. What happens to one silo spares silo 0.</summary>
    private async Task InjectAsync(SiloCluster cluster, SoakLoad load, Disturbance disturbance, int silo)
    {
        if (_sizes.Count == 0 || _watch.Elapsed >= _sizes.Count * SampleInterval)
        {
            await MeasureAsync(cluster, load);
        }

        await disturbance.InjectAsync(1 + (silo % 2));
        output.Say($"At most {load.TakeMostInFlight()} uploads and retrievals were in flight.");
    }

    private async Task MeasureAsync(SiloCluster cluster, SoakLoad load)
    {
        _sizes.Add(await ClusterSize.MeasureAsync(cluster, _watch.Elapsed, load.Uploads));
        output.Say($"{_sizes[^1]}");
    }

    /// <summary>Compares what an archive added in the second half with the first half. The memory is compared between the
    /// last two thirds, because caches fill at first.</summary>
    private void CheckGrowth()
    {
        var (first, middle, last) = (_sizes[0], _sizes[_sizes.Count / 2], _sizes[^1]);
        Compare("rows", static size => size.Rows);
        Compare("wake times", static size => size.Wakes);
        Compare("bytes of logs", static size => size.LogBytes);
        var third = _sizes.Count / 3;
        var remembered = MemoryBytesPerArchive * (last.Archives - _sizes[third].Archives);
        var (before, after) = (
            _sizes[third..(2 * third)].Max(static size => size.ResidentBytes), _sizes[(2 * third)..].Max(static size => size.ResidentBytes));
        Assert.True(after <= (Tolerance * before) + remembered, $"The memory of a silo grew from {before} to {after} bytes.");

        void Compare(string what, Func<ClusterSize, long> amount)
        {
            var (earlier, later) = (PerArchive(first, middle, amount), PerArchive(middle, last, amount));
            output.Say(string.Create(CultureInfo.InvariantCulture, $"Each archive added {earlier:F2} {what} in the first half and {later:F2} in the second."));
            Assert.True(later <= Tolerance * earlier, $"Each archive adds more and more {what}: first {earlier}, then {later}.");
        }
    }

    private static double PerArchive(ClusterSize from, ClusterSize to, Func<ClusterSize, long> amount) =>
        (double)(amount(to) - amount(from)) / Math.Max(1, to.Archives - from.Archives);
}
