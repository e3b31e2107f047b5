using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Silo.Tests.Harness;

namespace OrleansUploads.Silo.Tests.Failover;

/// <summary>Databases with which a silo does not start.</summary>
public sealed class PreflightTests(PostgresServer postgres) : IDisposable
{
    private const string Prefix = "orleans-uploads-silo: OrleansUploads__ConnectionString: ";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_standby_is_refused_in_one_sentence()
    {
        await using var pair = await PostgresPair.StartAsync();
        var message = await RefusalAsync(PostgresPair.On(pair.Standby));

        Assert.Equal(
            $"{Prefix}127.0.0.1:{pair.Standby.Port} is a standby and refuses writes. Name the primary, or list all servers, as in "
            + "Host=one,two.",
            message);
    }

    [Fact]
    public async Task A_database_without_a_primary_or_without_the_standby_for_which_commits_wait_is_refused()
    {
        await using var pair = await PostgresPair.StartAsync();
        await pair.Standby.StopAsync();
        var message = await RefusalAsync(pair.ConnectionString);
        Assert.StartsWith(
            $"{Prefix}127.0.0.1:{pair.Primary.Port} has not confirmed a commit for 5 seconds.", message, StringComparison.Ordinal);

        await pair.Primary.StopAsync();
        message = await RefusalAsync(pair.ConnectionString);
        Assert.StartsWith($"{Prefix}PostgreSQL reported: 127.0.0.1:{pair.Primary.Port}: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_read_only_is_refused_in_one_sentence()
    {
        var database = await postgres.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(
            database, $"ALTER DATABASE {new Npgsql.NpgsqlConnectionStringBuilder(database).Database} SET default_transaction_read_only = on");
        var message = await RefusalAsync(database);

        Assert.Matches($"^{Prefix}[0-9.:]+ refuses writes, because default_transaction_read_only is on. Turn it off.$", message);
    }

    [Fact]
    public async Task A_pooler_that_gives_each_transaction_another_session_is_refused_unless_nothing_is_prepared()
    {
        await using var bouncer = await RunningPgBouncer.StartAsync(await postgres.CreateDatabaseAsync(), "transaction");
        var message = await RefusalAsync(bouncer.ConnectionString);
        Assert.Contains("Add Max Auto Prepare=0 to the connection string", message, StringComparison.Ordinal);

        await ServesAsync($"{bouncer.ConnectionString};Max Auto Prepare=0");
    }

    [Fact]
    public async Task A_pooler_that_keeps_sessions_needs_no_setting()
    {
        await using var bouncer = await RunningPgBouncer.StartAsync(await postgres.CreateDatabaseAsync(), "session");
        await ServesAsync(bouncer.ConnectionString);
    }

    private Task<string> RefusalAsync(string database) =>
        RunningSilo.ExpectRefusalAsync(RunningSilo.OnPostgres(database, _folder.Data));

    private async Task ServesAsync(string database)
    {
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, _folder.Data));
        using var client = silo.Connect();
        await client.CreateVaultAsync("photos");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async seed =>
        {
            var archive = await client.UploadInPartsAsync("photos", Archives.Bytes(1000, seed));
            Assert.Equal(Archives.Bytes(1000, seed), await client.RetrieveAsync("photos", archive.ArchiveId));
        }));
    }
}
