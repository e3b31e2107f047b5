using System.Diagnostics;

namespace OrleansUploads.Silo.Tests.Failover;

/// <summary>Databases with which a silo does not start.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class PreflightTests(PostgresServer postgres) : IDisposable
{
    private const string Prefix = "orleans-uploads-silo: OrleansUploads__ConnectionString: ";
    private const string Waits = "The database is not ready. The start waits for it for up to 15 seconds.";

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

    [Fact]
    public async Task A_silo_waits_for_a_server_that_answers_late()
    {
        await using var pair = await PostgresPair.StartAsync();
        await pair.Primary.PauseAsync();
        await using var silo = RunningSilo.Run(RunningSilo.OnPostgres(PostgresPair.On(pair.Primary), _folder.Data));
        await Eventually.BecomesTrueAsync(
            () => silo.Error.Contains(Waits, StringComparison.Ordinal) || silo.HasExited, "the silo waits", PostgresPrograms.Patience);

        await pair.Primary.ResumeAsync();

        Assert.True(await silo.WaitForLineAsync("Ready on ", PostgresPrograms.Patience) is not null, $"The silo did not start. {silo}");
        Assert.Equal(2, silo.Error.Split(Waits).Length);
    }

    [Fact]
    public async Task A_silo_waits_for_the_promotion_of_a_standby_if_the_list_has_several_servers()
    {
        await using var pair = await PostgresPair.StartAsync();
        await pair.Primary.StopAsync();
        await using var silo = RunningSilo.Run(RunningSilo.OnPostgres(pair.ConnectionString, _folder.Data));
        await Eventually.BecomesTrueAsync(
            () => silo.Error.Contains(Waits, StringComparison.Ordinal) || silo.HasExited, "the silo waits", PostgresPrograms.Patience);

        await pair.PromoteAsync();

        Assert.True(await silo.WaitForLineAsync("Ready on ", PostgresPrograms.Patience) is not null, $"The silo did not start. {silo}");
    }

    [Fact]
    public async Task A_server_that_never_answers_is_refused_within_half_a_minute()
    {
        await using var pair = await PostgresPair.StartAsync();
        await pair.Primary.PauseAsync();
        var watch = Stopwatch.StartNew();

        var message = await RefusalAsync(PostgresPair.On(pair.Primary));

        Assert.Equal($"{Prefix}PostgreSQL reported: It has not answered for 2 seconds.", message);
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_database_that_is_missing_and_a_port_on_which_nothing_listens_are_refused_at_once()
    {
        var database = await postgres.CreateDatabaseAsync();
        foreach (var wrong in new[] { "Database=no-such-database", $"Port={FreePort.Take(1)[0]}", "Username=no-such-role" })
        {
            await using var silo = RunningSilo.Run(RunningSilo.OnPostgres($"{database};{wrong}", _folder.Data));

            Assert.Equal(1, await silo.WaitForExitAsync(PostgresPrograms.Patience));
            Assert.StartsWith($"{Prefix}PostgreSQL reported: ", silo.Error, StringComparison.Ordinal);
        }
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
