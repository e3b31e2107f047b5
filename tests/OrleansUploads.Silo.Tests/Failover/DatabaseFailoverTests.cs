using System.Diagnostics;
using System.Net;
using OrleansUploads.Client.Models;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Silo.Tests.Crashes;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Silo.Tests.Failover;

/// <summary>Three silos under load whose database loses its primary, and its standby, too. Every answer is compared with what is there at
/// the end.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class DatabaseFailoverTests(ITestOutputHelper output) : IDisposable
{
    private const string Vault = HttpServer.Others + "failover";

    private static readonly int Rounds = TestSetting.Read("ORLEANSUPLOADS_DATABASE_ROUNDS", 1);
    private static readonly TimeSpan MaxUntilRed = TimeSpan.FromSeconds(5);

    // A machine that runs other tests is slower; deploy/postgres/try-failover.sh asks for 5 seconds.
    private static readonly TimeSpan MaxUntilServed =
        TimeSpan.FromSeconds(TestSetting.Read("ORLEANSUPLOADS_DATABASE_SECONDS", 60));

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly List<TimeSpan> _red = [];
    private readonly List<TimeSpan> _served = [];
    private int _cancelled;

    public void Dispose() => _http.Dispose();

    [Fact]
    public Task A_primary_that_is_lost_takes_nothing_with_it() => RunAsync(async (pair, cluster) =>
    {
        await pair.Primary.LoseAsync();
        await PromoteAsync(pair, cluster);
    });

    [Fact]
    public Task Nobody_goes_back_to_a_primary_that_hung_and_returns() => RunAsync(async (pair, cluster) =>
    {
        await pair.Primary.PauseAsync();
        await AwaitRedAsync(cluster);
        await PromoteAsync(pair, cluster);
        await pair.Standby.ResumeAsync();
        await Task.WhenAll(Task.WhenAll(cluster.Silos.Select(silo => WriteAsync(silo, Stopwatch.StartNew()))), Task.Delay(Outage));

        // The sessions in which the silos gave up a commit still wait for the standby. Besides them, each silo asks what the server is.
        var sessions = await pair.Standby.QueryAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = 'uploads' AND wait_event IS DISTINCT FROM 'SyncRep'");
        Assert.InRange(int.Parse(sessions!, System.Globalization.CultureInfo.InvariantCulture), 0, SiloCluster.Count);
    });

    [Fact]
    public Task Nothing_is_acknowledged_while_the_standby_is_gone_even_if_the_waits_are_cancelled() => RunAsync(async (pair, cluster) =>
    {
        await pair.Standby.StopAsync();
        var red = AwaitRedAsync(cluster);
        while (!red.IsCompleted)
        {
            _cancelled += await pair.Primary.CancelWaitsAsync();
            await Task.Delay(100);
        }

        Assert.NotEqual(0, _cancelled);
        await pair.Primary.LoseAsync();
        await pair.Standby.StartAsync();
        await PromoteAsync(pair, cluster);
    });

    private async Task RunAsync(Func<PostgresPair, SiloCluster, Task> disturbAsync)
    {
        await using var pair = await PostgresPair.StartAsync();
        await using var cluster = await SiloCluster.StartAsync(new PostgresClusterDatabase(pair.ConnectionString));
        using (var client = cluster.Balancer.Connect())
        {
            await client.CreateVaultAsync(Vault);
        }

        var tally = new RealTally();
        var failure = await ClusterSeries.FindInOutagesAsync(
            cluster,
            Rounds,
            static _ => true,
            async (_, _) =>
            {
                await disturbAsync(pair, cluster);
                await pair.AddStandbyAsync();
            },
            tally);

        output.WriteLine(
            $"{tally}, {_cancelled} waits cancelled. Red after {Seconds(_red)}; served after the promotion: {Seconds(_served)}.");
        Assert.True(failure is null, $"{failure}");
        Assert.All(_red, static red => Assert.InRange(red, TimeSpan.Zero, MaxUntilRed));
        Assert.All(_served, static served => Assert.InRange(served, TimeSpan.Zero, MaxUntilServed));
    }

    /// <summary>Promotes the standby, and waits until every silo has written something.</summary>
    private async Task PromoteAsync(PostgresPair pair, SiloCluster cluster)
    {
        await pair.PromoteAsync();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(cluster.Silos.Select(silo => WriteAsync(silo, watch)));
        _served.Add(watch.Elapsed);
    }

    /// <summary>Repeats a request until it succeeds. Each attempt gets a second, as if it was another client.</summary>
    private static async Task WriteAsync(RunningSilo silo, Stopwatch watch)
    {
        using var client = silo.Connect();
        while (true)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                await client.InitiateMultipartUploadAsync(Vault, Archives.MiB, cancellationToken: limit.Token);
                return;
            }
            catch (Exception fault) when (fault is OperationCanceledException or GlacierException { IsTransient: true })
            {
                Assert.True(watch.Elapsed < Patience, $"A silo does not serve. {silo}");
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Waits for an outage, and notes when every silo said that it is not ready.</summary>
    private async Task AwaitRedAsync(SiloCluster cluster)
    {
        var watch = Stopwatch.StartNew();
        TimeSpan? red = null;
        while (watch.Elapsed < Outage)
        {
            var answers = await Task.WhenAll(cluster.Silos.Select(AskHealthAsync));
            if (red is null && answers.All(static answer => answer == HttpStatusCode.ServiceUnavailable))
            {
                red = watch.Elapsed;
            }

            await Task.Delay(50);
        }

        _red.Add(red ?? TimeSpan.MaxValue);
    }

    private async Task<HttpStatusCode> AskHealthAsync(RunningSilo silo)
    {
        using var answer = await _http.GetAsync(new Uri(silo.Address, GatewayEndpoints.HealthPath));
        return answer.StatusCode;
    }

    private static string Seconds(IEnumerable<TimeSpan> times) =>
        string.Join(", ", times.Select(static time => $"{time.TotalSeconds:F1} s")) is { Length: > 0 } list ? list : "(none)";
}
