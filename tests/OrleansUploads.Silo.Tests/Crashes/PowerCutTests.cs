using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>All silos are killed at once and started again at once at their old addresses, as after a power cut.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class PowerCutTests(PostgresServer postgres, ITestOutputHelper output) : IDisposable
{
    private const int Silos = 3;
    private const string Vault = "photos";

    private static readonly int Rounds = ClusterUnderLoad.Setting("ORLEANSUPLOADS_POWER_CUTS", 3);

    private static readonly TimeSpan MaxStartDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxOutage = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UsualOutage = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder _folder = new();
    private readonly List<TimeSpan> _outages = [];
    private readonly Random _random = new(1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_cluster_whose_silos_all_died_serves_again_within_thirty_seconds()
    {
        var silos = await StartAsync();
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                await KillAllAsync(silos);
                silos = await StartAgainAsync(silos);
            }
        }
        finally
        {
            await EndAsync(silos);
        }

        Assert.All(_outages, outage => Assert.InRange(outage, TimeSpan.Zero, MaxOutage));

        // One round in twenty may take longer.
        Assert.InRange(_outages.Count(static outage => outage > UsualOutage), 0, Math.Max(1, Rounds / 20));
    }

    [Fact]
    public async Task Silos_that_start_again_serve_within_thirty_seconds_although_one_is_missing_for_good()
    {
        var silos = await StartAsync();
        try
        {
            await KillAllAsync(silos);
            silos = await StartAgainAsync([.. silos.Take(Silos - 1)]);
        }
        finally
        {
            await EndAsync(silos);
        }

        Assert.All(_outages, outage => Assert.InRange(outage, TimeSpan.Zero, MaxOutage));
    }

    private async Task<IReadOnlyList<RunningSilo>> StartAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        var silos = await RunningSilo.StartAllAsync(
            [.. Enumerable.Range(0, Silos).Select(_ => new SiloStart(RunningSilo.OnPostgres(database, _folder.Data)))]);
        using var client = silos[0].Connect();
        await client.CreateVaultAsync(Vault);
        return silos;
    }

    private static async Task KillAllAsync(IReadOnlyList<RunningSilo> silos)
    {
        await Task.WhenAll(silos.Select(static silo => silo.KillAsync()));
        foreach (var silo in silos)
        {
            await silo.DisposeAsync();
        }
    }

    /// <summary>Starts silos at random times, and measures how long it takes after the last start until all of them serve.</summary>
    private async Task<IReadOnlyList<RunningSilo>> StartAgainAsync(IReadOnlyList<RunningSilo> silos)
    {
        var delays = silos.Select(_ => MaxStartDelay * _random.NextDouble()).ToList();
        var watch = Stopwatch.StartNew();
        var started = await Task.WhenAll(silos.Zip(delays, static async (silo, delay) =>
        {
            await Task.Delay(delay);
            return await silo.StartAgainAsync();
        }));
        await Task.WhenAll(started.Select(static silo => Eventually.BecomesTrueAsync(
            () => ServesAsync(silo), "the silo serves", Patience)));
        _outages.Add(watch.Elapsed - delays.Max());
        if (_outages[^1] > UsualOutage)
        {
            output.WriteLine($"Round {_outages.Count} took {_outages[^1].TotalSeconds:F1} s:\n{string.Join('\n', started)}");
        }

        return started;
    }

    private async Task EndAsync(IReadOnlyList<RunningSilo> silos)
    {
        foreach (var silo in silos)
        {
            await silo.DisposeAsync();
        }

        output.WriteLine($"From the last start until all silos served, in seconds: {string.Join(", ", _outages.Select(
            static outage => outage.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)))}");
    }

    private static async Task<bool> ServesAsync(RunningSilo silo)
    {
        using var client = silo.Connect();
        try
        {
            var upload = await client.InitiateMultipartUploadAsync(Vault, Archives.MiB);
            await client.AbortMultipartUploadAsync(Vault, upload);
            return true;
        }
        catch (GlacierException)
        {
            return false;
        }
    }
}
