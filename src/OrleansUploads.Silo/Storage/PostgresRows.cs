using Npgsql;
using NpgsqlTypes;

namespace OrleansUploads.Silo.Storage;

/// <summary>Writes rows of Orleans' grain storage table, several in one transaction and one round trip.</summary>
/// <param name="connectionString">The database. Orleans' own providers use the same connections.</param>
/// <param name="service">Orleans' service ID, which is part of the key of all rows.</param>
internal sealed class PostgresRows(string connectionString, string service)
{
    /// <summary>Orleans' own function decides about each row.</summary>
    private const string Statement =
        """
        SELECT written.newgrainstateversion
        FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS row (keyhash, key, statehash, state, version, content, position)
        CROSS JOIN LATERAL writetostorage(
            row.keyhash, 0, 0, row.statehash, row.state, row.key, $7, row.version, row.content) AS written
        ORDER BY row.position
        """;

    /// <summary>Writes rows in one transaction.</summary>
    /// <returns>The new versions. The version of a row that another writer has changed is unchanged.</returns>
    /// <exception cref="PostgresException">The database refused a row.</exception>
    /// <exception cref="NpgsqlException">The database could not be reached, or the outcome is unknown.</exception>
    public async Task<int?[]> WriteAsync(IReadOnlyList<RowWrite> rows)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Statement, connection);
        Add(NpgsqlDbType.Integer, rows.Select(static row => row.KeyHash));
        Add(NpgsqlDbType.Varchar, rows.Select(static row => row.Key));
        Add(NpgsqlDbType.Integer, rows.Select(static row => row.StateHash));
        Add(NpgsqlDbType.Varchar, rows.Select(static row => row.State));
        Add(NpgsqlDbType.Integer, rows.Select(static row => row.Version));
        Add(NpgsqlDbType.Bytea, rows.Select(static row => row.Content));
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = service });
        var versions = new int?[rows.Count];
        await using var reader = await command.ExecuteReaderAsync();
        for (var i = 0; await reader.ReadAsync(); i++)
        {
            versions[i] = await reader.IsDBNullAsync(0) ? null : reader.GetInt32(0);
        }

        return versions;

        void Add<T>(NpgsqlDbType type, IEnumerable<T> values) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}
