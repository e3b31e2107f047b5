using System.Diagnostics;
using System.Globalization;
using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Tests.Harness;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>Three silos on PostgreSQL that are killed in turn.</summary>
public sealed class CrashTests(PostgresServer postgres, ITestOutputHelper output) : IDisposable
{
    private const int Silos = 3;
    private const int Clients = 6;
    private const int WatchedUploads = 60;
    private const int ArchivesBetweenKills = 20;

    private static readonly int Rounds = Setting("ORLEANSUPLOADS_SILO_CRASH_ROUNDS", 3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder _folder = new();
    private readonly LoadBalancer _balancer = new();
    private readonly ClusterLedger _ledger = new();
    private readonly List<TimeSpan> _outages = [];

    public void Dispose()
    {
        _balancer.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Silos_killed_in_turn_under_load_lose_nothing_and_return_no_wrong_answer()
    {
        var silos = await StartAsync(await postgres.CreateDatabaseAsync());
        try
        {
            await RunUnderLoadAsync(silos, async round =>
            {
                var victim = round % Silos;
                await DisableAsync(silos, victim, silos[victim].KillAsync);
                await ReplaceAsync(silos, victim);
            });
            using var client = _balancer.Connect();
            await ClusterAudit.CheckAsync(client, _ledger);
        }
        finally
        {
            await StopAllAsync(silos);
        }

        output.WriteLine(
            $"{Rounds} kills, {_ledger.Finished.Count} archives, {_ledger.Open.Count} uploads left open. Until all {WatchedUploads} watched "
            + $"uploads answered again: {string.Join(", ", _outages.Select(outage => $"{outage.TotalSeconds:F1} s"))}.");
        Assert.True(
            _ledger.Finished.Count >= Rounds * ArchivesBetweenKills, $"The load was too low: {_ledger.Finished.Count} archives.");
    }

    [Fact]
    public async Task A_hanging_silo_is_voted_out_and_exits_when_it_resumes()
    {
        const int Victim = 1;
        var silos = await StartAsync(await postgres.CreateDatabaseAsync());
        try
        {
            await RunUnderLoadAsync(silos, async round =>
            {
                if (round == 0)
                {
                    await DisableAsync(silos, Victim, silos[Victim].PauseAsync);
                    _balancer.Use(silos);
                    await silos[Victim].ResumeAsync();
                    Assert.Equal(FatalExit.RemovedExitCode, await silos[Victim].WaitForExitAsync());
                    Assert.Contains("orleans-uploads-silo: The cluster removed this silo", silos[Victim].Log, StringComparison.Ordinal);
                    Assert.DoesNotContain("Current stack", silos[Victim].Log, StringComparison.Ordinal);
                    await ReplaceAsync(silos, Victim);
                }
            });
            using var client = _balancer.Connect();
            await ClusterAudit.CheckAsync(client, _ledger);
        }
        finally
        {
            await StopAllAsync(silos);
        }

        output.WriteLine($"Until all {WatchedUploads} watched uploads answered again: {_outages[0].TotalSeconds:F1} s.");
    }

    [Fact]
    public async Task A_rolling_replacement_of_silos_fails_no_client_request()
    {
        var silos = await StartAsync(await postgres.CreateDatabaseAsync());
        var stops = new List<TimeSpan>();
        try
        {
            await RunUnderLoadAsync(silos, async round =>
            {
                var leaver = round % Silos;
                _balancer.Use(silos.Where((_, number) => number != leaver));
                var watch = Stopwatch.StartNew();
                await silos[leaver].StopAsync();
                stops.Add(watch.Elapsed);
                await ReplaceAsync(silos, leaver);
            });
            using var client = _balancer.Connect();
            await ClusterAudit.CheckAsync(client, _ledger);
        }
        finally
        {
            await StopAllAsync(silos);
        }

        output.WriteLine(
            $"{_ledger.Finished.Count} archives; silos left within {string.Join(", ", stops.Select(stop => $"{stop.TotalSeconds:F1} s"))}.");
    }

    private async Task<List<RunningSilo>> StartAsync(string database)
    {
        var environments = Enumerable.Range(0, Silos).Select(_ => RunningSilo.OnPostgres(database, _folder.Data)).ToList();
        var silos = (await Task.WhenAll(environments.Select(RunningSilo.StartAsync))).ToList();
        _balancer.Use(silos);
        using var client = _balancer.Connect();
        await client.CreateVaultAsync(ClusterLedger.Vault);
        return silos;
    }

    /// <summary>Disturbs the silos repeatedly under load, each time after the clients have finished some archives.</summary>
    private async Task RunUnderLoadAsync(List<RunningSilo> silos, Func<int, Task> disturbAsync)
    {
        using var stopping = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients)
            .Select(number => new ClusterClient(_balancer.Connect(), _ledger, new Random(number)).RunAsync(stopping.Token))
            .ToArray();
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                await AwaitProgressAsync(clients, silos);
                await disturbAsync(round);
            }

            await AwaitProgressAsync(clients, silos);
        }
        finally
        {
            await stopping.CancelAsync();
        }

        await Task.WhenAll(clients);
    }

    private Task AwaitProgressAsync(Task[] clients, List<RunningSilo> silos)
    {
        var goal = _ledger.Finished.Count + ArchivesBetweenKills;
        return Eventually.BecomesTrueAsync(
            () =>
            {
                Assert.True(
                    Array.Find(clients, client => client.IsFaulted) is not { } failed,
                    $"{Array.Find(clients, client => client.IsFaulted)?.Exception}\n{string.Join('\n', silos)}");
                return _ledger.Finished.Count >= goal;
            },
            $"{ArchivesBetweenKills} more archives are finished",
            Patience);
    }

    /// <summary>Disables a silo, and measures the time until uploads that were spread over all silos answer again.</summary>
    private async Task DisableAsync(List<RunningSilo> silos, int victim, Func<Task> disableAsync)
    {
        using var client = _balancer.Connect();
        var watched = await Task.WhenAll(Enumerable.Range(0, WatchedUploads)
            .Select(_ => client.InitiateMultipartUploadAsync(ClusterLedger.Vault, Archives.MiB)));
        await disableAsync();
        var watch = Stopwatch.StartNew();
        _balancer.Use(silos.Where((_, number) => number != victim));
        await Task.WhenAll(watched.Select(upload => client.ListPartsPageAsync(ClusterLedger.Vault, upload)));
        _outages.Add(watch.Elapsed);
        await Task.WhenAll(watched.Select(upload => client.AbortMultipartUploadAsync(ClusterLedger.Vault, upload)));
    }

    private async Task ReplaceAsync(List<RunningSilo> silos, int number)
    {
        await silos[number].DisposeAsync();
        silos[number] = await silos[number].StartAgainAsync();
        _balancer.Use(silos);
    }

    private static async Task StopAllAsync(List<RunningSilo> silos)
    {
        foreach (var silo in silos)
        {
            await silo.DisposeAsync();
        }
    }

    private static int Setting(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : byDefault;
}
