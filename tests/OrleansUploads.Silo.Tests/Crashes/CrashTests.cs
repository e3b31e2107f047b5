using System.Diagnostics;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>Three silos on PostgreSQL that are killed in turn.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class CrashTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int Clients = 6;
    private const int WatchedUploads = 60;

    private static readonly int Rounds = ClusterUnderLoad.Setting("ORLEANSUPLOADS_SILO_CRASH_ROUNDS", 3);

    private readonly List<TimeSpan> _outages = [];

    [Fact]
    public async Task Silos_killed_in_turn_under_load_lose_nothing_and_return_no_wrong_answer()
    {
        await using var cluster = await ClusterUnderLoad.StartAsync(postgres);
        await cluster.RunAsync(Clients, Rounds, async round =>
        {
            var victim = round % ClusterUnderLoad.SiloCount;
            await DisableAsync(cluster, victim, static silo => silo.KillAsync());
            await cluster.ReplaceAsync(victim);
        });
        await cluster.AuditAsync();

        output.WriteLine(
            $"{Rounds} kills, {cluster.Ledger.Finished.Count} archives, {cluster.Ledger.Open.Count} uploads left open. Until all "
            + $"{WatchedUploads} watched uploads answered again: "
            + $"{string.Join(", ", _outages.Select(outage => $"{outage.TotalSeconds:F1} s"))}.");
        Assert.Empty(cluster.Ledger.FailedCalls);
        Assert.True(
            cluster.Ledger.Finished.Count >= Rounds * ClusterUnderLoad.ArchivesBetween,
            $"The load was too low: {cluster.Ledger.Finished.Count} archives.");
    }

    [Fact]
    public async Task A_hanging_silo_is_voted_out_and_exits_when_it_resumes()
    {
        const int Victim = 1;
        await using var cluster = await ClusterUnderLoad.StartAsync(postgres);
        await cluster.RunAsync(Clients, rounds: 1, async _ =>
        {
            await DisableAsync(cluster, Victim, static silo =>
        {
            silo.Process.Pause();
            return Task.CompletedTask;
        });
            cluster.Balancer.Use(cluster.Silos);
            var silo = cluster.Silos[Victim];
            silo.Process.Resume();
            Assert.Equal(FatalExit.RemovedExitCode, await silo.WaitForExitAsync());
            Assert.Contains("orleans-uploads-silo: The cluster removed this silo", silo.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("Current stack", silo.Log, StringComparison.Ordinal);
            await cluster.ReplaceAsync(Victim);
        });
        await cluster.AuditAsync();

        output.WriteLine($"Until all {WatchedUploads} watched uploads answered again: {_outages[0].TotalSeconds:F1} s.");
        Assert.Empty(cluster.Ledger.FailedCalls);
    }

    [Fact]
    public async Task A_rolling_replacement_of_silos_fails_no_client_request()
    {
        await using var cluster = await ClusterUnderLoad.StartAsync(postgres);
        var stops = new List<TimeSpan>();
        await cluster.RunAsync(Clients, Rounds, async round =>
        {
            var leaver = round % ClusterUnderLoad.SiloCount;
            var watch = Stopwatch.StartNew();
            await cluster.StopAsync(leaver);
            stops.Add(watch.Elapsed);
            await cluster.ReplaceAsync(leaver);
        });
        await cluster.AuditAsync();

        output.WriteLine(
            $"{cluster.Ledger.Finished.Count} archives; silos left within "
            + $"{string.Join(", ", stops.Select(stop => $"{stop.TotalSeconds:F1} s"))}.");
        Assert.Empty(cluster.Ledger.FailedCalls);
        Assert.Empty(cluster.Ledger.CutDownloads);
    }

    /// <summary>Disables a silo, and measures the time until uploads that were spread over all silos answer again.</summary>
    private async Task DisableAsync(ClusterUnderLoad cluster, int victim, Func<RunningSilo, Task> disableAsync)
    {
        using var client = cluster.Balancer.Connect();
        var watched = await Task.WhenAll(Enumerable.Range(0, WatchedUploads)
            .Select(_ => client.InitiateMultipartUploadAsync(ClusterLedger.Vault, Archives.MiB)));
        var watch = Stopwatch.StartNew();
        await cluster.DisableAsync(victim, disableAsync);
        await Task.WhenAll(watched.Select(upload => client.ListPartsPageAsync(ClusterLedger.Vault, upload)));
        _outages.Add(watch.Elapsed);
        await Task.WhenAll(watched.Select(upload => client.AbortMultipartUploadAsync(ClusterLedger.Vault, upload)));
    }
}
