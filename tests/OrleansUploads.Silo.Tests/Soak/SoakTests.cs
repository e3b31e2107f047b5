using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Silo.Tests.Crashes;
using OrleansUploads.Simulation.RealServer;
using OrleansUploads.Simulation.Soak;

namespace OrleansUploads.Silo.Tests.Soak;

/// <summary>A cluster under load to which everything happens that operators fear. <c>deploy/local-cluster.sh soak</c> runs
/// it.</summary>
public sealed class SoakTests(PostgresServer postgres, AzuriteServer azurite, ITestOutputHelper output) : IDisposable
{
    private const int UploadsPerSecond = 8;
    private const int MaxArchiveBytes = 256 * 1024;

    /// <summary>More than an hour has.</summary>
    private const int MaxRounds = 400;

    /// <summary>The records of ended uploads stay for a week, so rows, reminders and logs grow with the archives. What one
    /// archive adds may vary by this factor, because a soak disturbs at random.</summary>
    private const double Tolerance = 1.25;

    /// <summary>Almost all requests of the longest cut may wait for its end, and then as long as a gateway holds them.</summary>
    private static readonly int MaxInFlight =
        2 * UploadsPerSecond * (int)(Disturbances.LongestCut + new FailoverOptions().MaxTime).TotalSeconds;

    private static readonly TimeSpan Duration =
        TimeSpan.FromMinutes(TestSetting.Read("ORLEANSUPLOADS_SOAK_MINUTES", 0));

    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SampleInterval = Duration / 12;

    private readonly TemporaryFolder _folder = new();
    private readonly Stopwatch _watch = new();
    private readonly List<ClusterSize> _sizes = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_cluster_to_which_everything_happens_returns_no_wrong_answer_and_does_not_grow()
    {
        Assert.SkipWhen(Duration == TimeSpan.Zero, "deploy/local-cluster.sh soak runs this test.");
        var seed = TestSetting.Read("ORLEANSUPLOADS_SOAK_SEED", Environment.ProcessId);
        if (NetworkCut.IsPossible)
        {
            await NetworkCut.PrepareAsync(SiloCluster.Count);
        }

        var server = DatabaseServers.Chosen(postgres, azurite);
        await using var cluster = await SiloCluster.StartAsync(
            server, static (number, start) => start with { Group = NetworkCut.GroupOf(number) });
        using var client = cluster.Balancer.Connect(ClusterService.Patient);
        var load = new SoakLoad(client, UploadsPerSecond, MaxArchiveBytes, serversEnd: true, MaxInFlight);
        await load.PrepareAsync();
        var disturbances = new Disturbances(
            cluster,
            server,
            await ClockOffset.CompileAsync(_folder.Path),
            Environment.GetEnvironmentVariable("ORLEANSUPLOADS_SOAK_PREVIOUS_SILO"),
            () => load.Uploads,
            new Random(seed),
            Say);
        Say($"Seed {seed}.");
        _watch.Start();
        var tally = new RealTally();
        using var stopping = new CancellationTokenSource();
        var running = load.RunAsync(stopping.Token);
        var failure = await ClusterSeries.FindInOutagesAsync(
            cluster,
            MaxRounds,
            _ => _watch.Elapsed < Duration,
            (_, _) => DisturbAsync(cluster, load, disturbances),
            tally,
            (ulong)seed);
        await disturbances.ReplaceRemovedAsync();
        await MeasureAsync(cluster, load, disturbances);
        await stopping.CancelAsync();
        await running;
        Say($"{disturbances.Counts}. {tally}. {load.Uploads} archives stored, {load.Deletions} deleted, {load.Retrievals} read.");

        Assert.True(failure is null, $"{failure}");
        Assert.DoesNotContain(load.Reasons, static reason => !IsExpected(reason.Key));
        CheckGrowth();
    }

    /// <summary>A job that was initiated while its silo's clock was ahead is ready later by that much, as docs/cluster.md says.</summary>
    private static bool IsExpected(string reason) =>
        reason.Contains("The job is not currently available for download", StringComparison.Ordinal);

    private async Task DisturbAsync(SiloCluster cluster, SoakLoad load, Disturbances disturbances)
    {
        if (_sizes.Count == 0 || _watch.Elapsed >= _sizes.Count * SampleInterval)
        {
            await MeasureAsync(cluster, load, disturbances);
        }

        await Task.Delay(Calm);
        var begin = _watch.Elapsed;
        var kind = await disturbances.NextAsync();
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{begin.TotalMinutes,5:F1} min one of the {kind}, {(_watch.Elapsed - begin).TotalSeconds:F0} s, "
            + $"at most {load.TakeMostInFlight()} uploads and retrievals in flight"));
    }

    private async Task MeasureAsync(SiloCluster cluster, SoakLoad load, Disturbances disturbances)
    {
        _sizes.Add(await ClusterSize.MeasureAsync(cluster, _watch.Elapsed, load.Uploads, disturbances.LogBytes));
        Say($"{_sizes[^1]}");
    }

    /// <summary>Compares what an archive added in the second half with the first half. The memory is compared between the
    /// last two thirds, because caches fill at first.</summary>
    private void CheckGrowth()
    {
        var (first, middle, last) = (_sizes[0], _sizes[_sizes.Count / 2], _sizes[^1]);
        Compare("rows", static size => size.Rows);
        Compare("reminders", static size => size.Reminders);
        Compare("bytes of logs", static size => size.LogBytes);
        var third = _sizes.Count / 3;
        var (before, after) = (
            _sizes[third..(2 * third)].Max(static size => size.ResidentBytes), _sizes[(2 * third)..].Max(static size => size.ResidentBytes));
        Assert.True(after <= Tolerance * before, $"The memory of a silo grew from {before} to {after} bytes.");

        void Compare(string what, Func<ClusterSize, long> amount)
        {
            var (earlier, later) = (PerArchive(first, middle, amount), PerArchive(middle, last, amount));
            Say(string.Create(CultureInfo.InvariantCulture, $"Each archive added {earlier:F2} {what} in the first half and {later:F2} in the second."));
            Assert.True(later <= Tolerance * earlier, $"Each archive adds more and more {what}: first {earlier}, then {later}.");
        }
    }

    private static double PerArchive(ClusterSize from, ClusterSize to, Func<ClusterSize, long> amount) =>
        (double)(amount(to) - amount(from)) / Math.Max(1, to.Archives - from.Archives);

    /// <summary>Shows the progress of a long run at once.</summary>
    private void Say(string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line);
    }
}
