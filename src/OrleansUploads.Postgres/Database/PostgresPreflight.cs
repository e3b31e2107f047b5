using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;
using OrleansUploads.Cluster.Settings;

namespace OrleansUploads.Postgres.Database;

/// <summary>Checks that silos can run with a database.</summary>
internal static partial class PostgresPreflight
{
    /// <summary>How long a silo waits for a server that is slow or still starting, or for one of several to become the primary. A check
    /// that has begun by then ends as usual.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(15);

    private const string Example = "An example is Host=db;Username=uploads;Password=…;Database=uploads.";

    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a first commit may take.</summary>
    private static readonly TimeSpan MaxCommitTime = TimeSpan.FromSeconds(5);

    /// <summary>Opens the database of a connection string, and finds its primary.</summary>
    /// <param name="tables">The tables that it must have.</param>
    /// <param name="log">Gets a warning when the start waits.</param>
    /// <param name="maxWait"><see cref="MaxWait"/> outside tests.</param>
    /// <exception cref="ClusterRefusedException">No silo can run with this database. The message says why.</exception>
    public static Task<PostgresDatabase> OpenAsync(
        string connectionString, IEnumerable<RequiredTable> tables, ILogger log, TimeSpan maxWait, CancellationToken cancellationToken) =>
        OpenAsync(
            connectionString,
            async database =>
            {
                await PostgresSchema.RequireAsync(database, tables, cancellationToken);
                await RequirePreparedStatementsAsync(database);
                await RequireCommitAsync(database);
            },
            log,
            maxWait,
            cancellationToken);

    /// <summary>Opens the database of a connection string, finds its primary, and does something with it before it is used.</summary>
    /// <exception cref="ClusterRefusedException">That is impossible. The message says why.</exception>
    public static async Task<PostgresDatabase> OpenAsync(
        string connectionString,
        Func<PostgresDatabase, Task> prepareAsync,
        ILogger log,
        TimeSpan maxWait,
        CancellationToken cancellationToken)
    {
        PostgresDatabase? database = null;
        try
        {
            database = Create(connectionString);
            await AwaitPrimaryAsync(database, log, maxWait, cancellationToken);
            RequirePrimary(database);
            await prepareAsync(database);
            return database;
        }
        catch (Exception fault)
        {
            if (database is not null)
            {
                await database.DisposeAsync();
            }

            if (fault is NpgsqlException or SocketException or TimeoutException)
            {
                throw Refusal($"PostgreSQL reported: {fault.Message}", fault);
            }

            throw;
        }
    }

    private static PostgresDatabase Create(string connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw Refusal($"the connection string is empty. {Example}");
        }

        try
        {
            return PostgresDatabase.Create(connectionString);
        }
        catch (ArgumentException fault)
        {
            throw Refusal($"the connection string is malformed: {fault.Message} {fault.InnerException?.Message} {Example}", fault);
        }
    }

    private static async Task AwaitPrimaryAsync(
        PostgresDatabase database, ILogger log, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var isLogged = false;
        while (true)
        {
            await database.FindPrimaryAsync(cancellationToken);
            if (HasPrimary(database)
                || Stopwatch.GetElapsedTime(startedAt) >= maxWait
                || database.Servers.FirstOrDefault(server => MayAnswerSoon(server, database.Servers.Count > 1)) is not { } server)
            {
                return;
            }

            if (!isLogged)
            {
                isLogged = true;
                Waits(log, maxWait.TotalSeconds, server.Name, server.Report!.Fault!.Message);
            }

            await Task.Delay(BetweenChecks, cancellationToken);
        }
    }

    /// <summary>A server that is not there may be failing over to another.</summary>
    private static bool MayAnswerSoon(DatabaseServer server, bool hasOthers) => server.Report?.Fault switch
    {
        TimeoutException => true,
        { } fault when IsAbsent(fault) => hasOthers,
        NpgsqlException fault => fault.IsTransient,
        _ => false,
    };

    private static bool IsAbsent(Exception fault) => fault is SocketException or NpgsqlException { InnerException: SocketException };

    private static bool HasPrimary(PostgresDatabase database) =>
        database.Primary.Report is { Fault: null, Timeline: not null, IsReadOnly: false };

    private static void RequirePrimary(PostgresDatabase database)
    {
        if (HasPrimary(database))
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

        var reported = string.Join(
            " ", database.Servers.Select(static server => $"{server.Name}: {server.Report!.Fault!.Message.TrimEnd('.')}."));
        var isAbsent = database.Servers.All(static server => IsAbsent(server.Report!.Fault!));
        throw Refusal($"PostgreSQL reported: {reported}{(isAbsent ? " Start the server, or correct Host and Port." : "")}");
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

    private static ClusterRefusedException Refusal(string message, Exception? fault = null) => new(message, fault);

    [LoggerMessage(3038, LogLevel.Warning, "The database is not ready. The start waits for it for up to {Seconds} seconds. {Server}: {Fault}")]
    private static partial void Waits(ILogger log, double seconds, string server, string fault);
}
