using System.Diagnostics;
using OrleansUploads.Client.Models;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>Silos that are killed, paused and stopped under clients that retry as the SDKs do by default.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class FailoverTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int Clients = 12;

    private static readonly int Kills = ClusterUnderLoad.Setting("ORLEANSUPLOADS_FAILOVER_KILLS", 2);
    private static readonly int Pauses = ClusterUnderLoad.Setting("ORLEANSUPLOADS_FAILOVER_PAUSES", 1);
    private static readonly int Stops = ClusterUnderLoad.Setting("ORLEANSUPLOADS_FAILOVER_STOPS", 2);

    /// <summary>A stop that nothing delays takes about as long as the shutdown of Orleans.</summary>
    private static readonly TimeSpan MaxStop = TimeSpan.FromSeconds(15);

    /// <summary>Three attempts, the second after at most one second and the third after at most two.</summary>
    private static readonly RetryPolicy Standard = new()
    {
        MaxAttempts = 3,
        FirstDelay = TimeSpan.FromSeconds(1),
        MaxDelay = TimeSpan.FromSeconds(20),
    };

    [Fact]
    public async Task Clients_with_the_retries_of_the_SDKs_hardly_notice_that_silos_are_killed()
    {
        await using var cluster = await ClusterUnderLoad.StartAsync(postgres);
        await RunAsync(cluster, Kills, async victim =>
        {
            await cluster.DisableAsync(victim, static silo => silo.KillAsync());
            await cluster.ReplaceAsync(victim);
        });
    }

    [Fact]
    public async Task Clients_with_the_retries_of_the_SDKs_hardly_notice_that_silos_are_paused()
    {
        await using var cluster = await ClusterUnderLoad.StartAsync(postgres);
        await RunAsync(cluster, Pauses, async victim =>
        {
            await cluster.DisableAsync(victim, static silo =>
        {
            silo.Process.Pause();
            return Task.CompletedTask;
        });
            await cluster.AwaitRemovalAsync(victim);
            cluster.Silos[victim].Process.Resume();
            Assert.Equal(FatalExit.RemovedExitCode, await cluster.Silos[victim].WaitForExitAsync());
            await cluster.ReplaceAsync(victim);
        });
    }

    [Fact]
    public async Task Clients_with_the_retries_of_the_SDKs_do_not_notice_that_silos_are_stopped()
    {
        var stops = new List<TimeSpan>();
        await using var cluster = await ClusterUnderLoad.StartAsync(postgres);
        await RunAsync(cluster, Stops, async leaver =>
        {
            var watch = Stopwatch.StartNew();
            await cluster.StopAsync(leaver);
            stops.Add(watch.Elapsed);
            await cluster.ReplaceAsync(leaver);
        });

        output.WriteLine($"Silos left within {string.Join(", ", stops.Select(stop => $"{stop.TotalSeconds:F1} s"))}.");
        Assert.Empty(cluster.Ledger.CutDownloads);
        Assert.All(stops, stop => Assert.InRange(stop, TimeSpan.Zero, MaxStop));
    }

    private async Task RunAsync(ClusterUnderLoad cluster, int rounds, Func<int, Task> disturbAsync)
    {
        await cluster.RunAsync(Clients, rounds, round => disturbAsync(round % ClusterUnderLoad.SiloCount), Standard);
        await cluster.AuditAsync();

        output.WriteLine(
            $"{rounds} rounds, {cluster.Ledger.Finished.Count} archives, {cluster.Ledger.FailedCalls.Count} failed calls.");
        foreach (var failed in cluster.Ledger.FailedCalls)
        {
            output.WriteLine(failed.Message);
        }

        Assert.InRange(cluster.Ledger.FailedCalls.Count, 0, Math.Max(1, rounds / 10));
    }
}
