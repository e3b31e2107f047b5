using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Client.Models;
using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Silo.Tests.Harness;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>All silos are killed at once and started again at once at their old addresses, as after a power cut.</summary>
public sealed class PowerCutTests(PostgresServer postgres, ITestOutputHelper output) : IDisposable
{
    private const int Silos = 3;
    private const string Vault = "photos";

    private static readonly int Rounds = int.TryParse(
        Environment.GetEnvironmentVariable("ORLEANSUPLOADS_POWER_CUTS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 3;

    private static readonly TimeSpan MaxOutage = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder _folder = new();
    private readonly List<TimeSpan> _outages = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_cluster_whose_silos_all_died_serves_again_within_thirty_seconds()
    {
        var database = await postgres.CreateDatabaseAsync();
        var environments = Enumerable.Range(0, Silos).Select(_ => RunningSilo.OnPostgres(database, _folder.Data)).ToList();
        var silos = (await Task.WhenAll(environments.Select(RunningSilo.StartAsync))).ToList();
        try
        {
            using (var client = silos[0].Connect())
            {
                await client.CreateVaultAsync(Vault);
            }

            for (var round = 0; round < Rounds; round++)
            {
                await Task.WhenAll(silos.Select(static silo => silo.KillAsync()));
                foreach (var silo in silos)
                {
                    await silo.DisposeAsync();
                }

                var watch = Stopwatch.StartNew();
                silos = [.. await Task.WhenAll(silos.Select(static silo => silo.StartAgainAsync()))];
                await Task.WhenAll(silos.Select(static silo => Eventually.BecomesTrueAsync(
                    () => ServesAsync(silo), "the silo serves", Patience)));
                _outages.Add(watch.Elapsed);
            }
        }
        finally
        {
            foreach (var silo in silos)
            {
                await silo.DisposeAsync();
            }

            output.WriteLine($"Until all silos served, in seconds: {string.Join(", ", _outages.Select(
                static outage => outage.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)))}");
        }

        Assert.All(_outages, outage => Assert.InRange(outage, TimeSpan.Zero, MaxOutage));
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
