namespace OrleansUploads.Silo.Tests.Failover;

/// <summary>Whether a command that is given up goes on in the database. This shows when Npgsql changes what the project takes from
/// it, and when it has a setting of its own.</summary>
public sealed class UncancelledCommandsTests(PostgresServer postgres)
{
    private const string SkipTheWait = "Cancellation Timeout=-1";

    [Theory]
    [InlineData(true, "", "1")]
    [InlineData(false, "", "0")]
    [InlineData(false, SkipTheWait, "0")]
    public async Task A_command_with_a_time_limit_goes_on_only_if_its_connection_is_made_so(bool isUncancelled, string setting, string running)
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await using var connection = new NpgsqlConnection($"{database};Pooling=false;{setting}");
        await connection.OpenAsync(Cancellation);
        if (isUncancelled)
        {
            UncancelledCommands.Apply(connection);
        }

        await using var command = new NpgsqlCommand("SELECT pg_sleep(60)", connection) { CommandTimeout = 1 };
        await Assert.ThrowsAsync<NpgsqlException>(() => command.ExecuteNonQueryAsync(Cancellation));

        // A session whose command was cancelled may take a moment to end.
        await Eventually.BecomesTrueAsync(
            async () => await CountSleepingAsync(database) == running, $"commands that go on: {running}", TimeSpan.FromSeconds(20));
        await PostgresServer.ExecuteAsync(
            database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }

    private static Task<string?> CountSleepingAsync(string database) => PostgresServer.QueryAsync(
        database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT pg_sleep%'");
}
