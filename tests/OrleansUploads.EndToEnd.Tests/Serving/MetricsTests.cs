using System.Globalization;
using System.Text.RegularExpressions;
using Amazon.S3.Model;
using OrleansUploads.EndToEnd.Tests.Documents;

namespace OrleansUploads.EndToEnd.Tests.Serving;

/// <summary>The metrics in the text format of Prometheus.</summary>
public sealed partial class MetricsTests
{
    private const string Greeting = "Prometheus finds metrics at ";

    /// <summary>A server outside a cluster does not have it.</summary>
    private const string OfSilos = "orleansuploads_silos";

    [Fact]
    public async Task A_scrape_has_every_metric_of_the_dashboard_and_the_alarms_and_its_address_serves_nothing_else()
    {
        await using var place = await Workplace.OpenAsync("--metrics-listen", "127.0.0.1:0");
        (await place.RunInVaultAsync("upload", place.Create("film", 1000))).Expect();
        var address = MetricsOf(place);
        Assert.NotEqual(place.Server.Address.Port, address.Port);

        using var http = new HttpClient();
        var queried = Directory.EnumerateFiles(Path.Combine(CommandDocument.Repository, "deploy/grafana"))
            .Where(static file => Path.GetExtension(file) is ".json" or ".yml")
            .SelectMany(static file => MetricName().Matches(File.ReadAllText(file)))
            .Select(static match => match.Value)
            .Where(static name => name != OfSilos)
            .ToHashSet();
        Assert.True(queried.Count > 10, string.Join(' ', queried));
        var text = "";

        // The clock is looked at soon after the start.
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                text = await http.GetStringAsync(address);
                return queried.IsSubsetOf(Sample().Matches(text).Select(static match => match.Value));
            },
            $"a scrape has {string.Join(", ", queried)}");
        Assert.All(
            text.Split('\n').Where(static line => line.StartsWith("orleansuploads_", StringComparison.Ordinal)),
            static line => Assert.Contains("service_instance_id=\"127.0.0.1:0\"", line, StringComparison.Ordinal));
        Assert.Equal(404, (int)(await http.GetAsync(new Uri(address, "/healthz"))).StatusCode);
        Assert.Equal(404, (int)(await http.GetAsync(new Uri(address, "/dashboard"))).StatusCode);
        Assert.Equal(404, (int)(await http.PutAsync(new Uri(address, "/-/vaults/v"), null)).StatusCode);
        var refused = await http.GetAsync(new Uri(place.Server.Address, "/metrics"));
        Assert.DoesNotContain("orleansuploads_", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(403, (int)refused.StatusCode);
    }

    [Theory]
    [InlineData("1MiB", 200, 10_000)]
    [InlineData("32MiB", 0, 20)]
    public async Task Objects_that_the_cache_holds_are_not_read_from_the_journal_again(string cache, int least, int most)
    {
        await using var place = await Workplace.OpenAsync("--metrics-listen", "127.0.0.1:0", "--cache", cache);
        using var s3 = place.ConnectS3();
        using var http = new HttpClient();
        await s3.PutBucketAsync("photos");
        var keys = Enumerable.Range(0, 400).Select(static number => $"{number:0000}.jpg").ToList();
        await Parallel.ForEachAsync(keys, async (key, _) =>
            await s3.PutObjectAsync(new PutObjectRequest { BucketName = "photos", Key = key, ContentBody = key }, CancellationToken.None));
        await ReadAllAsync();

        var before = await HistoriesReadAsync(after: 1 + (2 * keys.Count));
        await ReadAllAsync();

        Assert.InRange(await HistoriesReadAsync(after: 1 + (3 * keys.Count)) - before, least, most);

        Task ReadAllAsync() => Parallel.ForEachAsync(keys, async (key, _) =>
            await s3.GetObjectMetadataAsync("photos", key, CancellationToken.None));

        // A scrape may be as old as the one before.
        async Task<int> HistoriesReadAsync(int after)
        {
            var text = "";
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    text = await http.GetStringAsync(MetricsOf(place));
                    return Sum("orleansuploads_requests_total") >= after;
                },
                $"{after} requests are counted");
            return Sum("orleansuploads_journal_histories_read_total");

            int Sum(string name) => text.Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal))
                .Sum(static line => int.Parse(line[(line.LastIndexOf('}') + 2)..].Split(' ')[0], CultureInfo.InvariantCulture));
        }
    }

    private static Uri MetricsOf(Workplace place)
    {
        var greeting = place.Server.Output.Split('\n').Single(static line => line.StartsWith(Greeting, StringComparison.Ordinal));
        return new Uri(greeting[Greeting.Length..].TrimEnd().TrimEnd('.'));
    }

    [GeneratedRegex("orleansuploads_[a-z_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex("(?m)^orleansuploads_[a-z_]+")]
    private static partial Regex Sample();
}
