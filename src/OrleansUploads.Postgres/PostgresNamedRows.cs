using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Postgres;

/// <summary>Named rows in the database of a journal.</summary>
/// <param name="service">Part of the key of all rows.</param>
internal sealed class PostgresNamedRows(PostgresDatabase database, string service) : INamedRows
{
    private const string IsRow = "service = $1 AND name = $2";
    private const string Select = $"SELECT payload, version FROM uploads_row WHERE {IsRow}";
    private const string Insert =
        "INSERT INTO uploads_row (service, name, version, payload) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

    private static readonly string Replace = $"UPDATE uploads_row SET version = $3, payload = $4 WHERE {IsRow} AND version = $5";

    private readonly PrimaryBatches _batches = new(database);

    public async ValueTask<NamedRow?> FindAsync(string name, CancellationToken cancellationToken) => await _batches.ReadAsync(
        [Command(Select, name)],
        isConfirmed: true,
        static async reader => await reader.ReadAsync(CancellationToken.None)
            ? new NamedRow(reader.GetFieldValue<byte[]>(0), reader.GetInt64(1).ToString(CultureInfo.InvariantCulture)) : null,
        cancellationToken);

    public async ValueTask<bool> TryWriteAsync(
        string name, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var write = Command(version is null ? Insert : Replace, name);
        write.Parameters.Add(new NpgsqlParameter<long> { TypedValue = NewVersion() });
        write.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = content, NpgsqlDbType = NpgsqlDbType.Bytea });
        if (version is not null)
        {
            write.Parameters.Add(new NpgsqlParameter<long> { TypedValue = long.Parse(version, CultureInfo.InvariantCulture) });
        }

        await _batches.WriteAsync([write]);
        return write.Rows > 0;
    }

    /// <summary>Random, so that a row that was deleted and created again is not taken for the former one.</summary>
    private static long NewVersion() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private NpgsqlBatchCommand Command(string statement, string name) => new(statement)
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = service }, new NpgsqlParameter<string> { TypedValue = name } },
    };
}
