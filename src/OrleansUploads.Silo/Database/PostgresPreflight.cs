using Npgsql;
using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Database;

/// <summary>Checks the database before a silo starts.</summary>
internal static class PostgresPreflight
{
    /// <summary>How long a first commit may take.</summary>
    private static readonly TimeSpan MaxCommitTime = TimeSpan.FromSeconds(5);

    /// <summary>Opens the database of a connection string, and finds its primary.</summary>
    /// <exception cref="SettingException">No silo can run with this database. The message says why.</exception>
    public static async Task<PostgresDatabase> OpenAsync(string connectionString)
    {
        PostgresDatabase? database = null;
        try
        {
            database = PostgresDatabase.Create(connectionString);
            await database.FindPrimaryAsync(CancellationToken.None);
            RequirePrimary(database);
            await PostgresSchema.RequireAsync(database);
            await RequirePreparedStatementsAsync(database);
            await RequireCommitAsync(database);
            return database;
        }
        catch (Exception fault)
        {
            if (database is not null)
            {
                await database.DisposeAsync();
            }

            if (fault is NpgsqlException or ArgumentException or System.Net.Sockets.SocketException or TimeoutException)
            {
                throw Refusal($"PostgreSQL reported: {fault.Message}", fault);
            }

            throw;
        }
    }

    private static void RequirePrimary(PostgresDatabase database)
    {
        if (database.Primary.Report is { Fault: null, Timeline: not null, IsReadOnly: false })
        {
            return;
        }

        if (database.Servers.FirstOrDefault(static server => server.Report is { Fault: null }) is { } server)
        {
            throw Refusal(
                server.Report!.Timeline is null
                    ? $"{server.Name} is a standby and refuses writes. Name the primary, or list all servers, as in Host=one,two."
                    : $"{server.Name} refuses writes, because default_transaction_read_only is on. Turn it off.");
        }

        throw Refusal(database.Servers is [{ Report.Fault: { } only }]
            ? $"PostgreSQL reported: {only.Message}"
            : "PostgreSQL reported: " + string.Join(" ", database.Servers.Select(static server => $"{server.Name}: {server.Report!.Fault!.Message}")));
    }

    /// <summary>Refuses a pooler that gives each transaction another session if statements are prepared in sessions.</summary>
    private static async Task RequirePreparedStatementsAsync(PostgresDatabase database)
    {
        if (database.Primary.MaxAutoPrepare == 0)
        {
            return;
        }

        await using var one = await database.OpenAsync(CancellationToken.None);
        var session = await SessionOfAsync(one);
        await using var other = await database.OpenAsync(CancellationToken.None);
        await using var transaction = await other.BeginTransactionAsync();

        // A session that is open twice, or has changed, does not belong to its connection.
        if (await SessionOfAsync(other) == session || await SessionOfAsync(one) != session)
        {
            throw Refusal(
                "a connection pooler gives each transaction another session, as PgBouncer does with pool_mode=transaction. Prepared "
                + "statements fail there. Add Max Auto Prepare=0 to the connection string, or use pool_mode=session.");
        }
    }

    private static async Task<int> SessionOfAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private static async Task RequireCommitAsync(PostgresDatabase database)
    {
        var commit = database.Primary.CommitAsync();
        if (await Task.WhenAny(commit, Task.Delay(MaxCommitTime)) != commit)
        {
            throw Refusal(
                $"{database.Primary.Name} has not confirmed a commit for {MaxCommitTime.TotalSeconds:F0} seconds. If it has "
                + "synchronous_standby_names, start its standby.");
        }

        await commit;
    }

    private static SettingException Refusal(string message, Exception? fault = null) =>
        new($"{KnownSettings.ConnectionString.Variable}: {message}", fault);
}
