using System.Text.RegularExpressions;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>The metrics of a cluster in the text format of Prometheus.</summary>
public sealed partial class MetricsTests(PostgresServer postgres) : TestWithFolder
{
    private static readonly string[] Labels = ["db_client_connection_state", "db_client_connection_pool_name"];

    [Fact]
    public async Task A_scrape_of_a_silo_has_every_metric_of_the_dashboard_and_the_alarms()
    {
        var queried = Directory.EnumerateFiles(Path.Combine(Repository.Root, "deploy/grafana"))
            .Where(static file => Path.GetExtension(file) is ".json" or ".yml")
            .SelectMany(static file => Queried().Matches(File.ReadAllText(file)))
            .Select(static match => match.Value)
            .Except(Labels)
            .ToHashSet();
        Assert.Contains("orleansuploads_silos", queried);
        Assert.Contains("orleansuploads_store_errors_total", queried);
        Assert.Contains("db_client_connection_count", queried);
        var database = await postgres.CreateDatabaseAsync();
        var ports = FreePort.Take(2);
        await using var first = await StartAsync(database, ports[0]);
        await using var second = await StartAsync(database, ports[1]);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        foreach (var (silo, port) in new[] { (first, ports[0]), (second, ports[1]) })
        {
            using var client = await silo.ConnectAsync("photos");
            var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/metrics"));
            var text = "";
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    text = await http.GetStringAsync(address);
                    return queried.IsSubsetOf(Sample().Matches(text).Select(static match => match.Value))
                        && SiloCount().Match(text) is { Success: true, Groups: [_, { Value: "2" }] };
                },
                $"a scrape has {string.Join(", ", queried)} and two silos");
            Assert.Contains("db_client_connection_state=\"used\"", text, StringComparison.Ordinal);
            Assert.Contains("db_client_connection_pool_name=\"probes of ", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Password", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    private Task<RunningSilo> StartAsync(string database, int metrics) => RunningSilo.StartAsync(
        new SiloStart(RunningSilo.OnPostgres(database, Folder.Data)).With(
            VariableOf(nameof(SiloSettings.MetricsListen)), string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{metrics}")));

    [GeneratedRegex("(?:orleansuploads|db_client)_[a-z_]+")]
    private static partial Regex Queried();

    [GeneratedRegex("(?m)^(?:orleansuploads|db_client)_[a-z_]+")]
    private static partial Regex Sample();

    [GeneratedRegex(@"(?m)^orleansuploads_silos\{[^}]*\} (\d+)")]
    private static partial Regex SiloCount();
}
