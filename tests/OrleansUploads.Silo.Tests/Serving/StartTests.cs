using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Tests.Serving;

[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class StartTests(PostgresServer postgres) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_single_process_serves_from_memory()
    {
        await using var silo = await RunningSilo.StartAsync(RunningSilo.Alone());
        using var client = silo.Connect();
        await client.CreateVaultAsync("photos");
        var archive = Archives.Bytes(3_000_000, seed: 1);
        var receipt = await client.UploadInPartsAsync("photos", archive);
        Assert.Equal(archive, await client.RetrieveAsync("photos", receipt.ArchiveId));
        await silo.StopAsync();
        Assert.Equal("", silo.Log.Split('\n').FirstOrDefault(line => line.Contains("fail:", StringComparison.Ordinal)) ?? "");
    }

    [Fact]
    public async Task Without_any_setting_the_error_lists_the_required_settings()
    {
        var message = await RunningSilo.ExpectRefusalAsync(RunningSilo.With());
        Assert.Contains("- OrleansUploads__ConnectionString or ", message, StringComparison.Ordinal);
        Assert.Contains("- OrleansUploads__PartsFolder is missing", message, StringComparison.Ordinal);
        Assert.Contains("OrleansUploads__Clustering=localhost", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_without_the_unique_index_is_refused()
    {
        var database = await postgres.CreateDatabaseAsync(withFence: false);
        var message = await RunningSilo.ExpectRefusalAsync(RunningSilo.OnPostgres(database, _folder.Data));
        Assert.Contains("ux_orleansstorage_state", message, StringComparison.Ordinal);
        Assert.Contains("deploy/postgres", message, StringComparison.Ordinal);
    }

    [Fact]
    [Promise("cluster.md", "the database is down")]
    public async Task An_unreachable_database_is_named()
    {
        var database = $"Host=127.0.0.1;Port={FreePort.Take(1)[0]};Username=nobody;Database=none";
        var message = await RunningSilo.ExpectRefusalAsync(RunningSilo.OnPostgres(database, _folder.Data));
        Assert.Contains("OrleansUploads__ConnectionString: PostgreSQL reported: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_command_names_an_unreachable_database()
    {
        var database = $"Host=127.0.0.1;Port={FreePort.Take(1)[0]};Username=nobody;Database=none";

        var message = await RunningSilo.ExpectRefusalAsync(RunningSilo.OnPostgres(database, _folder.Data), "clock", "accept");

        Assert.StartsWith(
            "orleans-uploads-silo: OrleansUploads__ConnectionString: PostgreSQL reported: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_command_for_a_process_without_a_cluster_is_refused()
    {
        var message = await RunningSilo.ExpectRefusalAsync(RunningSilo.Alone(), "clock", "accept");

        Assert.StartsWith("orleans-uploads-silo: The command needs a cluster", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_command_that_is_stopped_ends_and_says_that_the_backup_has_begun()
    {
        var environment = RunningSilo.OnPostgres(await postgres.CreateDatabaseAsync(), _folder.Data);
        await using var silo = await RunningSilo.StartAsync(environment);
        await using var command = new SiloStart(environment).Run("backup", "begin", "1h");
        Assert.True(await command.WaitForLineAsync("The backup has begun.", TimeSpan.FromSeconds(60)) is not null, command.ToString());

        command.Terminate();

        Assert.True(await command.WaitForExitAsync(TimeSpan.FromSeconds(60)) == 1, command.ToString());
        Assert.Contains("The command was stopped. The backup has begun", command.Error, StringComparison.Ordinal);
        Assert.StartsWith("A backup is in progress. No bytes are deleted until 20", await RunCommandAsync(environment, "backup", "show"), StringComparison.Ordinal);
        Assert.Equal("No backup is in progress.", await RunCommandAsync(environment, "backup", "end"));
        Assert.Equal("No backup is in progress.", await RunCommandAsync(environment, "backup", "show"));
        Assert.Equal("The clock is trusted.", await RunCommandAsync(environment, "clock", "show"));
    }

    private static async Task<string> RunCommandAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        await using var command = new SiloStart(environment).Run(arguments);
        Assert.True(await command.WaitForExitAsync(TimeSpan.FromSeconds(60)) == 0, command.ToString());
        return command.Output.Trim();
    }

    [Fact]
    public async Task A_restart_loses_nothing()
    {
        var environment = RunningSilo.OnPostgres(await postgres.CreateDatabaseAsync(), _folder.Data);
        var archive = Archives.Bytes(2_500_000, seed: 2);
        string archiveId;
        await using (var first = await RunningSilo.StartAsync(environment))
        {
            using var client = first.Connect();
            await client.CreateVaultAsync("photos");
            archiveId = (await client.UploadInPartsAsync("photos", archive)).ArchiveId;
            await first.StopAsync();
        }

        await using var second = await RunningSilo.StartAsync(environment);
        using var again = second.Connect();
        Assert.Equal(archive, await again.RetrieveAsync("photos", archiveId));
    }

    [Fact]
    public async Task A_gateway_without_a_silo_serves_the_silos_data()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, _folder.Data));
        var environment = RunningSilo.OnPostgres(database, _folder.Data);
        environment[KnownSettings.Role.Variable] = "gateway";
        await using var gateway = await RunningSilo.StartAsync(environment);
        using var client = gateway.Connect();
        await client.CreateVaultAsync("photos");
        var archive = Archives.Bytes(2_000_000, seed: 3);
        var receipt = await client.UploadInPartsAsync("photos", archive);
        using var direct = silo.Connect();
        Assert.Equal(archive, await direct.RetrieveAsync("photos", receipt.ArchiveId));
        using var s3 = new S3Calls(silo);
        await s3.SendAsync(HttpMethod.Put, "/photos");
        await s3.SendAsync(HttpMethod.Put, "/photos/2026/holiday.tar", archive);
        using var s3AtGateway = new S3Calls(gateway);
        Assert.Equal(archive, await s3AtGateway.SendAsync(HttpMethod.Get, "/photos/2026/holiday.tar"));
        await gateway.StopAsync();
    }
}
