using Npgsql;
using NpgsqlTypes;

namespace OrleansUploads.Silo.Storage;

/// <summary>Writes rows of Orleans' grain storage table, several in one transaction and one round trip.</summary>
/// <remarks>The statements decide and change the same as the one that Orleans' provider runs (<c>WriteToStorageKey</c> in
/// <c>deploy/postgres/schema.sql</c>). Each row has a statement of its own, because PostgreSQL plans one statement for an array of rows
/// anew for each group: it expects that an unknown array is long.</remarks>
/// <param name="connectionString">The database. Orleans' own providers use the same connections.</param>
/// <param name="service">Orleans' service ID, which is part of the key of all rows.</param>
internal sealed class PostgresRows(string connectionString, string service)
{
    private const string Insert =
        """
        INSERT INTO orleansstorage (
            grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary,
            modifiedon, version)
        VALUES ($1, 0, 0, $2, $3, $4, $5, $6, now() AT TIME ZONE 'utc', 1)
        ON CONFLICT DO NOTHING
        """;

    private const string Replace =
        """
        UPDATE orleansstorage
        SET payloadbinary = $6, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
        WHERE grainidhash = $1 AND grainidn0 = 0 AND grainidn1 = 0 AND graintypehash = $2 AND graintypestring = $3
            AND grainidextensionstring = $4 AND serviceid = $5 AND version = $7
        """;

    /// <summary>Writes rows in one transaction.</summary>
    /// <returns>The new versions. The version of a row that another writer has changed is unchanged.</returns>
    /// <exception cref="PostgresException">The database refused a row.</exception>
    /// <exception cref="NpgsqlException">The database could not be reached, or the outcome is unknown.</exception>
    public async Task<int?[]> WriteAsync(IReadOnlyList<RowWrite> rows)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var row in rows)
        {
            batch.BatchCommands.Add(CommandOf(row));
        }

        // A batch without a transaction of its own is one transaction.
        await batch.ExecuteNonQueryAsync();
        var versions = new int?[rows.Count];
        for (var i = 0; i < versions.Length; i++)
        {
            versions[i] = batch.BatchCommands[i].RecordsAffected == 0 ? rows[i].Version : (rows[i].Version ?? 0) + 1;
        }

        return versions;
    }

    private NpgsqlBatchCommand CommandOf(RowWrite row)
    {
        var command = new NpgsqlBatchCommand(row.Version is null ? Insert : Replace)
        {
            Parameters =
            {
                new NpgsqlParameter<int> { TypedValue = row.KeyHash },
                new NpgsqlParameter<int> { TypedValue = row.StateHash },
                new NpgsqlParameter<string> { TypedValue = row.State },
                new NpgsqlParameter<string> { TypedValue = row.Key },
                new NpgsqlParameter<string> { TypedValue = service },
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = row.Content, NpgsqlDbType = NpgsqlDbType.Bytea },
            },
        };
        if (row.Version is { } version)
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = version });
        }

        return command;
    }
}
