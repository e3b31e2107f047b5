using System.Diagnostics;
using System.Text.Json;
using OrleansUploads.Client.Sources;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Health;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>Readiness shows whether the silo should get requests, liveness whether it needs a restart.</summary>
[Collection(nameof(SharedSilo)), Campaign]
public sealed class HealthTests(PostgresServer postgres, SharedSilo shared) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_working_silo_is_ready_and_alive_and_its_detailed_report_has_its_version_and_its_folder()
    {
        var silo = await shared.StartAsync();
        await Eventually.BecomesTrueAsync(
            async () => !(await AskAsync(silo, GatewayEndpoints.HealthPath)).Report.Contains("Degraded", StringComparison.Ordinal),
            "the clock is trusted");
        Assert.Equal(
            (HttpStatusCode.OK,
                """{"status":"Healthy","checks":{"accepts-requests":"Healthy","parts":"Healthy","silo-active":"Healthy","storage":"Healthy","cluster":"Healthy","clock-is-trusted":"Healthy","silo-not-dead":"Healthy"}}"""),
            await AskAsync(silo, GatewayEndpoints.HealthPath));
        Assert.Equal(
            (HttpStatusCode.OK, """{"status":"Healthy","checks":{"silo-not-dead":"Healthy"}}"""),
            await AskAsync(silo, GatewayEndpoints.LivePath));
        var (_, report) = await AskAsync(silo, GatewayEndpoints.HealthPath + "?verbose");
        Assert.Contains($"\"version\":\"{ServerDescription.VersionOf(typeof(SiloSettings).Assembly)}\"", report, StringComparison.Ordinal);
        Assert.Contains($"\"dataFolder\":\"{shared.PartsFolder}\"", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_store_makes_no_silo_unready_and_a_stopping_silo_is_not_ready_and_keeps_serving_until_its_delay_ends()
    {
        await using var server = await S3Calls.StartStoreAsync(_folder.File("store"));
        await using var store = new SlowProxy(server.Address);
        await using var silo = await RunningSilo.StartAsync(
            new SiloStart(RunningSilo.OnPostgres(await postgres.CreateDatabaseAsync(), _folder.Data))
                .WithPartsIn(server, store.Address)
                .With(VariableOf(nameof(SiloSettings.DrainDelay)), "30s"));
        await Eventually.BecomesTrueAsync(
            async () => (await AskAsync(silo, GatewayEndpoints.HealthPath)).Status == HttpStatusCode.OK, "it is ready");
        using var client = await silo.ConnectAsync("photos");

        store.Delay = TimeSpan.FromSeconds(3);
        var upload = Task.Run(async () =>
        {
            await client.UploadArchiveAsync("photos", HashedBody.Of(Archives.Bytes(1000, seed: 1)));
            await client.UploadArchiveAsync("photos", HashedBody.Of(Archives.Bytes(1000, seed: 2)));
        });
        while (!upload.IsCompleted)
        {
            var (status, report) = await AskAsync(silo, GatewayEndpoints.HealthPath);
            Assert.True(status == HttpStatusCode.OK, report);
            await Task.WhenAny(upload, Task.Delay(TimeSpan.FromMilliseconds(200)));
        }

        await upload;
        Assert.Equal(2, (await client.DescribeVaultAsync("photos")).ArchiveCount);

        store.Delay = TimeSpan.Zero;
        silo.Terminate();
        await BecomesUnreadyAsync(silo, "accepts-requests");
        await client.CreateVaultAsync("still-here");
        await silo.KillAsync();
    }

    [Fact]
    [Promise("cluster.md", "the folder is not mounted")]
    public async Task Without_its_folder_or_its_storage_a_silo_is_alive_but_not_ready()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, _folder.Data));
        using var client = await silo.ConnectAsync("photos");
        var upload = await client.InitiateMultipartUploadAsync("photos", Archives.MiB);
        Directory.Move(_folder.Data, _folder.File("unmounted"));
        await BecomesUnreadyAsync(silo, "parts");
        var refused = await Assert.ThrowsAsync<GlacierException>(
            () => client.UploadPartAsync("photos", upload, 0, HashedBody.Of(Archives.Bytes(1000, seed: 5))));
        Assert.Equal(GlacierErrorCodes.ServiceUnavailable, refused.Code);
        Assert.False(Directory.Exists(_folder.Data));
        Directory.Move(_folder.File("unmounted"), _folder.Data);
        await Eventually.BecomesTrueAsync(
            async () => (await AskAsync(silo, GatewayEndpoints.HealthPath)).Status == HttpStatusCode.OK, "it is ready again");

        await PostgresServer.ExecuteAsync(database, "ALTER TABLE uploads_record RENAME TO elsewhere");
        await BecomesUnreadyAsync(silo, "storage");
        var (_, report) = await AskAsync(silo, GatewayEndpoints.HealthPath + "?verbose");
        var details = JsonDocument.Parse(report).RootElement.GetProperty("details");
        Assert.Contains("uploads_record", details.GetProperty("storage").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    [Promise("cluster.md", "the database is down")]
    public async Task A_silo_is_not_ready_without_its_database_and_recovers_when_it_returns()
    {
        await using var own = new PostgresServer();
        var database = await own.CreateDatabaseAsync();
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, _folder.Data));
        using var client = await silo.ConnectAsync("photos");
        var upload = await client.InitiateMultipartUploadAsync("photos", Archives.MiB);
        await own.StopImmediatelyAsync();
        try
        {
            await BecomesUnreadyAsync(silo, "storage");
            var refused = await Assert.ThrowsAsync<GlacierException>(() => client.AbortMultipartUploadAsync("photos", upload));
            Assert.True(refused.IsTransient, refused.Message);
            var unread = await Assert.ThrowsAsync<GlacierException>(async () => await client.ListPartsAsync("photos", upload).ToListAsync());
            Assert.True(unread.IsTransient, unread.Message);
        }
        finally
        {
            await own.StartProcessAsync();
        }

        await Eventually.BecomesTrueAsync(
            async () => (await AskAsync(silo, GatewayEndpoints.HealthPath)).Status == HttpStatusCode.OK, "it is ready again");
        var archive = await client.UploadInPartsAsync("photos", Archives.Bytes(1000, seed: 4));
        Assert.Equal(Archives.Bytes(1000, seed: 4), await client.RetrieveAsync("photos", archive.ArchiveId));
    }

    [Fact]
    [Promise("cluster.md", "the database refuses writes")]
    public async Task A_silo_writes_again_when_its_database_is_no_longer_read_only_and_the_log_has_the_problem_once()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, _folder.Data));
        using var client = await silo.ConnectAsync("photos");
        await Eventually.BecomesTrueAsync(
            async () => (await AskAsync(silo, GatewayEndpoints.HealthPath)).Status == HttpStatusCode.OK, "it is ready");
        var writable = new NpgsqlConnectionStringBuilder(database) { Options = "-c default_transaction_read_only=off" };
        var name = writable.Database;

        // Sessions that begin from now on are read-only, and would be for as long as they last.
        await PostgresServer.ExecuteAsync(database, $"ALTER DATABASE {name} SET default_transaction_read_only = on");
        await PostgresServer.ExecuteAsync(
            writable.ConnectionString,
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()");
        await BecomesUnreadyAsync(silo, "storage");
        await Eventually.BecomesTrueAsync(
            async () => (await AskAsync(silo, GatewayEndpoints.HealthPath + "?verbose")).Report.Contains("refuses writes", StringComparison.Ordinal),
            "the report says that the database refuses writes");
        for (var i = 0; i < 20; i++)
        {
            await AskAsync(silo, GatewayEndpoints.HealthPath);
        }

        await PostgresServer.ExecuteAsync(writable.ConnectionString, $"ALTER DATABASE {name} RESET default_transaction_read_only");
        await Eventually.BecomesTrueAsync(
            async () => (await AskAsync(silo, GatewayEndpoints.HealthPath)).Status == HttpStatusCode.OK, "it is ready again");
        await client.CreateVaultAsync("again");
        var problems = silo.Log.Split('\n').Where(static line =>
            line.Contains("heck ", StringComparison.Ordinal) && line.Contains("refuses writes", StringComparison.Ordinal));
        Assert.Single(problems);
    }

    [Fact, Trait(TestRun.Name, TestRun.Timing)]
    [Promise("cluster.md", "the standby is gone, and commits wait for it")]
    public async Task Without_the_standby_for_which_commits_wait_a_silo_is_not_ready_within_seconds()
    {
        await using var pair = await PostgresPair.StartAsync();
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(pair.ConnectionString, _folder.Data));
        var environment = RunningSilo.OnPostgres(pair.ConnectionString, _folder.Data);
        environment[VariableOf(nameof(SiloSettings.Role))] = "gateway";
        await using var gateway = await RunningSilo.StartAsync(environment);
        await pair.Standby.StopAsync();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(BecomesUnreadyAsync(silo, "storage"), BecomesUnreadyAsync(gateway, "database"));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));

        // A read waits for the standby, too, so the report may say first that the storage does not answer.
        await Eventually.BecomesTrueAsync(
            async () => await AskAsync(silo, GatewayEndpoints.HealthPath + "?verbose") is (HttpStatusCode.ServiceUnavailable, var report)
                && report.Contains("does not confirm a commit", StringComparison.Ordinal),
            "the report says that commits are not confirmed");

        await pair.Standby.StartAsync();
        await Eventually.BecomesTrueAsync(
            async () => (await AskAsync(silo, GatewayEndpoints.HealthPath)).Status == HttpStatusCode.OK, "it is ready again");
    }

    private async Task BecomesUnreadyAsync(RunningSilo silo, string check)
    {
        await Eventually.BecomesTrueAsync(
            async () => await AskAsync(silo, GatewayEndpoints.HealthPath) is (HttpStatusCode.ServiceUnavailable, var report)
                && report.Contains($"\"{check}\":\"Unhealthy\"", StringComparison.Ordinal),
            $"{check} is unhealthy");
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(silo, GatewayEndpoints.LivePath)).Status);
    }

    private async Task<(HttpStatusCode Status, string Report)> AskAsync(RunningSilo silo, string path)
    {
        using var answer = await _http.GetAsync(new Uri(silo.Address, path));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
