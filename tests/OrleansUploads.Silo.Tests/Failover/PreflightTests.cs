using System.Diagnostics;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Failover;

/// <summary>Databases with which a silo does not start, or for which its start waits.</summary>
[Collection(nameof(SharedPair)), Campaign]
public sealed class PreflightTests(PostgresServer postgres, SharedPair shared) : TestWithFolder
{
    private const string Prefix = "OrleansUploads__ConnectionString: ";
    private const string Waits = "The database is not ready. The start waits for it for up to 15 seconds.";

    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_standby_is_refused_in_one_sentence()
    {
        var pair = await shared.TakeAsync();
        var message = await RefusalAsync(PostgresPair.On(pair.Standby));

        Assert.Equal(
            $"{Prefix}127.0.0.1:{pair.Standby.Port} is a standby and refuses writes. Name the primary, or list all servers, as in "
            + "Host=one,two.",
            message);
    }

    [Fact]
    public async Task A_database_without_a_primary_or_without_the_standby_for_which_commits_wait_is_refused()
    {
        var pair = await shared.TakeAsync();
        await pair.Standby.StopAsync();
        var message = await RefusalAsync(pair.ConnectionString);
        Assert.StartsWith(
            $"{Prefix}127.0.0.1:{pair.Primary.Port} has not confirmed a commit for 5 seconds.", message, StringComparison.Ordinal);

        await pair.Primary.StopAsync();
        message = await RefusalAsync(pair.ConnectionString);
        var first = new NpgsqlConnectionStringBuilder(pair.ConnectionString).Host!.Split(',')[0];
        Assert.StartsWith($"{Prefix}PostgreSQL reported: {first}: ", message, StringComparison.Ordinal);
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
    public async Task The_start_waits_for_a_server_that_answers_late()
    {
        var pair = await shared.TakeAsync();
        await pair.Primary.PauseAsync();
        var (opening, log) = Open(PostgresPair.On(pair.Primary));
        await AwaitWarningAsync(opening, log);

        await pair.Primary.ResumeAsync();

        await (await opening).DisposeAsync();
        Assert.Single(log.Entries, IsWarning);
    }

    [Fact]
    public async Task The_start_waits_for_the_promotion_of_a_standby_if_the_list_has_several_servers()
    {
        var pair = await shared.TakeAsync();
        await pair.Primary.StopAsync();
        var (opening, log) = Open(pair.ConnectionString);
        await AwaitWarningAsync(opening, log);

        await pair.PromoteAsync();

        await using var database = await opening;
        Assert.Equal($"127.0.0.1:{pair.Primary.Port}", database.Primary.Name);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_refused_when_the_wait_ends()
    {
        var pair = await shared.TakeAsync();
        await pair.Primary.PauseAsync();
        var watch = Stopwatch.StartNew();

        Assert.Equal(
            $"{Prefix}PostgreSQL reported: 127.0.0.1:{pair.Primary.Port}: It has not answered for 2 seconds.",
            await RefusalAsync(PostgresPair.On(pair.Primary)));

        Assert.True(watch.Elapsed >= ShortWait, $"The start waited for {watch.Elapsed}.");
    }

    [Fact]
    public async Task A_database_that_is_missing_and_a_port_on_which_nothing_listens_are_refused_at_once()
    {
        var database = await postgres.CreateDatabaseAsync();
        const string Absent = " Start the server, or correct Host and Port.";
        foreach (var wrong in new[] { "Database=no-such-database", $"Port={FreePort.Take(1)[0]}", "Username=no-such-role" })
        {
            var (opening, log) = Open($"{database};{wrong}");

            var refused = await Assert.ThrowsAsync<SettingException>(() => opening);

            Assert.StartsWith($"{Prefix}PostgreSQL reported: 127.0.0.1:", refused.Message, StringComparison.Ordinal);
            Assert.Equal(
                wrong.StartsWith("Port", StringComparison.Ordinal), refused.Message.EndsWith(Absent, StringComparison.Ordinal));
            Assert.DoesNotContain(log.Entries, IsWarning);
        }
    }

    [Theory]
    [InlineData("", "the connection string is empty. An example is Host=")]
    [InlineData("Hst=db", "the connection string is malformed: Couldn't set hst")]
    [InlineData("Username=uploads", "the connection string is malformed: Value cannot be null. (Parameter 'Host')")]
    public async Task A_connection_string_without_a_server_is_refused_with_an_example(string wrong, string expected) =>
        Assert.StartsWith(Prefix + expected, await RefusalAsync(wrong), StringComparison.Ordinal);

    /// <summary>Opens a database as the start of a silo does.</summary>
    private static (Task<PostgresDatabase> Opening, RecordedLog Log) Open(string database, TimeSpan? wait = null)
    {
        var log = new RecordedLog();
        return (ClusterStores.OpenDatabaseAsync(database, log, wait ?? PostgresPreflight.MaxWait, Cancellation), log);
    }

    private static async Task<string> RefusalAsync(string database) =>
        (await Assert.ThrowsAsync<SettingException>(() => Open(database, ShortWait).Opening)).Message;

    private static Task AwaitWarningAsync(Task opening, RecordedLog log) => Eventually.BecomesTrueAsync(
        () => opening.IsCompleted || log.Entries.Any(IsWarning), "the start waits", PostgresPrograms.Patience);

    private static bool IsWarning(LogEntry entry) => entry.Text.StartsWith(Waits, StringComparison.Ordinal);

    private async Task ServesAsync(string database)
    {
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, Folder.Data));
        using var client = await silo.ConnectAsync("photos");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async seed =>
        {
            var archive = await client.UploadInPartsAsync("photos", Archives.Bytes(1000, seed));
            Assert.Equal(Archives.Bytes(1000, seed), await client.RetrieveAsync("photos", archive.ArchiveId));
        }));
    }
}
