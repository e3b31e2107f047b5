using Npgsql;

namespace OrleansUploads.Postgres.Database;

/// <summary>Runs batches of statements on the primary, each in one transaction and one round trip.</summary>
/// <remarks>Each answer names the timeline of the server that gave it. The answer of a primary that has been replaced is not used.</remarks>
internal sealed class PrimaryBatches(PostgresDatabase database)
{
    private const string Timeline = $"SELECT {PostgresTimeline.WalFile}";

    /// <summary>Commits nothing but a record in the WAL, if commits wait for a standby at all. When it has been answered, the standby has
    /// everything that was visible before.</summary>
    private const string TimelineConfirmed =
        $"""
        SELECT {PostgresTimeline.WalFile}, CASE WHEN current_setting('synchronous_standby_names') <> ''
            THEN pg_logical_emit_message(true, 'orleans-uploads', '') END
        """;

    /// <summary>Reads with commands that each return one result.</summary>
    /// <param name="isConfirmed">Whether the answer must be one that a failover cannot undo. What an abandoned commit has written is
    /// visible although the standby may not have it.</param>
    /// <param name="readAsync">Reads the results, from the first to the last.</param>
    /// <exception cref="PostgresException">The database refused a command.</exception>
    /// <exception cref="NpgsqlException">The database could not be reached, or the answer is not certain.</exception>
    public async Task<T> ReadAsync<T>(
        IEnumerable<NpgsqlBatchCommand> commands,
        bool isConfirmed,
        Func<NpgsqlDataReader, Task<T>> readAsync,
        CancellationToken cancellationToken)
    {
        await using var connection = await (isConfirmed
            ? database.OpenToWriteAsync(cancellationToken) : database.OpenAsync(cancellationToken));
        return await RunAsync(connection, isConfirmed ? TimelineConfirmed : Timeline, commands, readAsync);
    }

    /// <summary>Writes. Afterwards each command says how many rows it has changed, or selected if it selects.</summary>
    /// <exception cref="PostgresException">The database refused a command. If it is rolled back, nothing was changed.</exception>
    /// <exception cref="NpgsqlException">The database could not be reached, or the outcome is unknown.</exception>
    public Task WriteAsync(IEnumerable<NpgsqlBatchCommand> commands) => WriteAsync(commands, static _ => Task.FromResult(true));

    /// <summary>Writes with commands that may return rows.</summary>
    /// <param name="readAsync">Reads the results of those that do, from the first to the last.</param>
    /// <exception cref="PostgresException">The database refused a command. If it is rolled back, nothing was changed.</exception>
    /// <exception cref="NpgsqlException">The database could not be reached, or the outcome is unknown.</exception>
    public async Task<T> WriteAsync<T>(IEnumerable<NpgsqlBatchCommand> commands, Func<NpgsqlDataReader, Task<T>> readAsync)
    {
        await using var connection = await database.OpenToWriteAsync(CancellationToken.None);
        try
        {
            return await RunAsync(connection, Timeline, commands, readAsync);
        }
        catch (PostgresException fault)
        {
            database.NoteRefusal(fault);
            throw;
        }
    }

    /// <summary>Runs a batch. One that takes longer than a command may is given up together with its connection.</summary>
    private async Task<T> RunAsync<T>(
        NpgsqlConnection connection, string timeline, IEnumerable<NpgsqlBatchCommand> commands, Func<NpgsqlDataReader, Task<T>> readAsync)
    {
        // A batch without its own transaction is one transaction.
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        batch.BatchCommands.Add(new NpgsqlBatchCommand(timeline));
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        using var warnings = new ReplicationWarnings(connection);
        var (answer, walFile) = await UncancelledCommands.RunAsync(connection, connection.CommandTimeout, "PostgreSQL", async () =>
        {
            await using var reader = await batch.ExecuteReaderAsync(CancellationToken.None);
            await reader.ReadAsync(CancellationToken.None);
            var walFile = reader.GetString(0);
            await reader.NextResultAsync(CancellationToken.None);
            var answer = await readAsync(reader);
            while (await reader.NextResultAsync(CancellationToken.None))
            {
                // The commit, and what the server says about it, comes behind the last result.
            }

            return (answer, walFile);
        });
        database.Timeline.Require(database.Primary.Name, PostgresTimeline.Parse(walFile));
        warnings.ThrowIfAny();
        return answer;
    }
}
