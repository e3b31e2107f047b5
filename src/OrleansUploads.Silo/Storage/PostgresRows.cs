using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Orleans.Storage;
using OrleansUploads.Silo.Database;

namespace OrleansUploads.Silo.Storage;

/// <summary>Reads and writes rows of Orleans' grain storage table, several in one transaction and one round trip. Orleans' own providers
/// use the same connections.</summary>
/// <remarks>The statements decide and change the same as the one that Orleans' provider runs (<c>WriteToStorageKey</c> in
/// <c>deploy/postgres/schema.sql</c>). Each row has its own statement, because PostgreSQL plans one statement for an array of rows anew for
/// each group: it expects that an unknown array is long. Each answer names the timeline of the primary that gave it.</remarks>
/// <param name="service">Part of the key of all rows.</param>
internal sealed class PostgresRows(PostgresDatabase database, string service)
{
    private const string IsRow =
        """
        grainidhash = $1 AND graintypehash = $2 AND graintypestring = $3
            AND coalesce(grainidextensionstring, '') = coalesce($4, '') AND serviceid = $5 AND grainidn0 = $6 AND grainidn1 = $7
        """;

    private const string Insert =
        """
        INSERT INTO orleansstorage (
            grainidhash, graintypehash, graintypestring, grainidextensionstring, serviceid, grainidn0, grainidn1, payloadbinary,
            modifiedon, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() AT TIME ZONE 'utc', 1)
        ON CONFLICT DO NOTHING
        """;

    private const string Replace =
        $"""
        UPDATE orleansstorage
        SET payloadbinary = $8, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
        WHERE {IsRow} AND version = $9
        """;

    private const string Touch =
        $"UPDATE orleansstorage SET payloadbinary = $8, modifiedon = now() AT TIME ZONE 'utc', version = version + 1 WHERE {IsRow}";

    private const string Delete = $"DELETE FROM orleansstorage WHERE {IsRow} AND version = $8";

    private const string Select = $"SELECT version, payloadbinary FROM orleansstorage WHERE {IsRow}";

    /// <summary>The order of the unique index, except for the state, so that a page is read from the index.</summary>
    private const string SelectPage =
        """
        SELECT grainidhash, grainidn0, grainidn1, grainidextensionstring FROM orleansstorage
        WHERE graintypehash = $2 AND graintypestring = $3 AND serviceid = $5 AND payloadbinary IS NOT NULL AND grainidhash >= $1
            AND (grainidhash, grainidn0, grainidn1, coalesce(grainidextensionstring, '') COLLATE "C") > ($1, $6, $7, coalesce($4, ''))
        ORDER BY grainidhash, grainidn0, grainidn1, coalesce(grainidextensionstring, '') COLLATE "C"
        LIMIT $8
        """;

    /// <summary>Refuses what would refuse to add a reminder, and adds none.</summary>
    private const string AddNoReminder =
        "INSERT INTO orleansreminderstable SELECT * FROM orleansreminderstable WHERE false";

    /// <summary>Lets a statement of the transaction wait for a lock for two seconds.</summary>
    private const string LimitLocks = "SELECT set_config('lock_timeout', '2s', true)";

    private const string RehearsalState = "ou-health";

    /// <summary>The number of rows that silos rehearse with, so that two silos rarely wait for each other.</summary>
    private const int RehearsalRows = 1000;

    /// <summary>More than the free space of a page.</summary>
    private const int LargeBytes = 64 * 1024;

    private const string Timeline = $"SELECT {PostgresTimeline.WalFile}";

    /// <summary>Commits nothing but a record in the WAL, if commits wait for a standby at all. When it has been answered, the standby has
    /// everything that was visible before.</summary>
    private const string TimelineConfirmed =
        $"""
        SELECT {PostgresTimeline.WalFile}, CASE WHEN current_setting('synchronous_standby_names') <> ''
            THEN pg_logical_emit_message(true, 'orleans-uploads', '') END
        """;

    private readonly RowKey _rehearsal = RowKey.Of(
        GrainId.Create(RehearsalState, RandomNumberGenerator.GetInt32(RehearsalRows).ToString(CultureInfo.InvariantCulture)), RehearsalState);

    /// <summary>Reads a row. Returns null if it does not exist.</summary>
    /// <param name="isConfirmed">Whether the answer must be one that a failover cannot undo. A row of an abandoned commit is
    /// visible although the standby may not have it.</param>
    /// <exception cref="NpgsqlException">The database could not be reached, or the answer is not certain.</exception>
    public async Task<StoredRow?> ReadAsync(RowKey key, bool isConfirmed, CancellationToken cancellationToken)
    {
        await using var connection = await (isConfirmed
            ? database.OpenToWriteAsync(cancellationToken) : database.OpenAsync(cancellationToken));
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(WithKey(Select, key));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(isConfirmed ? TimelineConfirmed : Timeline));
        return await ExecuteAsync(batch, async reader =>
        {
            StoredRow? row = await reader.ReadAsync(CancellationToken.None)
                ? new StoredRow(
                    await reader.IsDBNullAsync(0, CancellationToken.None) ? null : reader.GetInt32(0),
                    await reader.IsDBNullAsync(1, CancellationToken.None) ? null : reader.GetFieldValue<byte[]>(1))
                : null;
            await reader.NextResultAsync(CancellationToken.None);
            return row;
        });
    }

    /// <summary>Lists the rows of a state that were not cleared, in the order of their keys.</summary>
    /// <param name="after">The key after which to start. It also names the state.</param>
    /// <exception cref="NpgsqlException">The database could not be reached.</exception>
    public async Task<IReadOnlyList<RowKey>> ListAsync(RowKey after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        var page = WithKey(SelectPage, after);
        page.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        batch.BatchCommands.Add(page);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Timeline));
        return await ExecuteAsync(batch, async reader =>
        {
            var rows = new List<RowKey>();
            while (await reader.ReadAsync(CancellationToken.None))
            {
                rows.Add(after with
                {
                    GrainHash = reader.GetInt32(0),
                    N0 = reader.GetInt64(1),
                    N1 = reader.GetInt64(2),
                    Text = await reader.IsDBNullAsync(3, CancellationToken.None) ? null : reader.GetString(3),
                });
            }

            await reader.NextResultAsync(CancellationToken.None);
            return rows;
        });
    }

    /// <summary>Writes rows in one transaction.</summary>
    /// <returns>The new versions; a deleted row's is one higher, too. The version of a row that another writer has changed
    /// is unchanged.</returns>
    /// <exception cref="PostgresException">The database refused a row.</exception>
    /// <exception cref="NpgsqlException">The database could not be reached, or the outcome is unknown.</exception>
    public async Task<int?[]> WriteAsync(IReadOnlyList<RowWrite> rows)
    {
        await using var connection = await database.OpenToWriteAsync(CancellationToken.None);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var row in rows)
        {
            batch.BatchCommands.Add(CommandOf(row));
        }

        // A batch without its own transaction is one transaction.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Timeline));
        try
        {
            await ExecuteAsync<object?>(batch, static _ => Task.FromResult<object?>(null));
        }
        catch (PostgresException fault)
        {
            database.NoteRefusal(fault);
            throw;
        }

        var versions = new int?[rows.Count];
        for (var i = 0; i < versions.Length; i++)
        {
            versions[i] = batch.BatchCommands[i].RecordsAffected == 0 ? rows[i].Version : (rows[i].Version ?? 0) + 1;
        }

        return versions;
    }

    /// <summary>Adds to a batch what a request writes: replaces a row, which it inserts if it is missing, and adds no reminder.</summary>
    /// <param name="isLarge">Whether the row is so large that the table grows.</param>
    public void AddRehearsal(NpgsqlBatch batch, bool isLarge)
    {
        var content = isLarge ? RandomNumberGenerator.GetBytes(LargeBytes) : [];
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LimitLocks));
        batch.BatchCommands.Add(CommandOf(new RowWrite(_rehearsal, null, content)));
        batch.BatchCommands.Add(WithContent(Touch, _rehearsal, content));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(AddNoReminder));
    }

    /// <summary>Executes a batch whose last command reports the timeline. A batch that takes longer than a command may is
    /// given up together with its connection.</summary>
    /// <param name="readAsync">Reads the results, up to the last one.</param>
    private async Task<T> ExecuteAsync<T>(NpgsqlBatch batch, Func<NpgsqlDataReader, Task<T>> readAsync)
    {
        var connection = batch.Connection!;
        using var warnings = new ReplicationWarnings(connection);
        batch.Timeout = 0;
        var result = await UncancelledCommands.RunAsync(connection, connection.CommandTimeout, "PostgreSQL", async () =>
        {
            await using var reader = await batch.ExecuteReaderAsync(CancellationToken.None);
            var read = await readAsync(reader);
            await reader.ReadAsync(CancellationToken.None);
            database.Timeline.Require(database.Primary.Name, PostgresTimeline.Parse(reader.GetString(0)));

            // The commit, and what the server says about it, comes behind the last result.
            await reader.NextResultAsync(CancellationToken.None);
            return read;
        });
        warnings.ThrowIfAny();
        return result;
    }

    private NpgsqlBatchCommand CommandOf(RowWrite row)
    {
        var command = row.Content is { } content
            ? WithContent(row.Version is null ? Insert : Replace, row.Key, content) : WithKey(Delete, row.Key);
        if (row.Version is { } version)
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = version });
        }

        return command;
    }

    private NpgsqlBatchCommand WithContent(string statement, RowKey key, ReadOnlyMemory<byte> content)
    {
        var command = WithKey(statement, key);
        command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = content, NpgsqlDbType = NpgsqlDbType.Bytea });
        return command;
    }

    private NpgsqlBatchCommand WithKey(string statement, RowKey key) => new(statement)
    {
        Parameters =
        {
            new NpgsqlParameter<int> { TypedValue = key.GrainHash },
            new NpgsqlParameter<int> { TypedValue = key.StateHash },
            new NpgsqlParameter<string> { TypedValue = key.State },
            new NpgsqlParameter { Value = (object?)key.Text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter<string> { TypedValue = service },
            new NpgsqlParameter<long> { TypedValue = key.N0 },
            new NpgsqlParameter<long> { TypedValue = key.N1 },
        },
    };
}

/// <summary>A row of Orleans' grain storage table to insert, replace or delete.</summary>
/// <param name="Version">Null if there must be no row.</param>
/// <param name="Content">Null to delete the row.</param>
internal sealed record RowWrite(RowKey Key, int? Version, ReadOnlyMemory<byte>? Content);

/// <summary>A row as it was read.</summary>
/// <param name="Content">Null if it was cleared.</param>
internal readonly record struct StoredRow(int? Version, byte[]? Content);

/// <summary>The key of a row of Orleans' grain storage table, without the service ID.</summary>
/// <param name="GrainHash">Orleans' hash of the grain's key.</param>
/// <param name="N0">The first half of a GUID key.</param>
/// <param name="N1">The second half of a GUID key, or an integer key.</param>
/// <param name="Text">A string key, or the extension of another one.</param>
/// <param name="StateHash">Orleans' hash of the state name.</param>
internal sealed record RowKey(int GrainHash, long N0, long N1, string? Text, int StateHash, string State)
{
    /// <summary>What the names of the states of accounts begin with.</summary>
    private const string AccountState = "ou-account";

    private static readonly OrleansDefaultHasher Hasher = new();

    /// <summary>As Orleans' provider stores a state of a grain.</summary>
    public static RowKey Of(GrainId grain, string state)
    {
        var (n0, n1, text, bytes) = Parts(grain, isFixedLength: state.StartsWith(AccountState, StringComparison.Ordinal));
        if (BitConverter.IsLittleEndian)
        {
            // Orleans hashes the bytes of a key in reverse on little-endian machines.
            Array.Reverse(bytes);
        }

        return new RowKey(Hasher.Hash(bytes), n0, n1, text, Hasher.Hash(Encoding.UTF8.GetBytes(state)), state);
    }

    public static RowKey BeforeAll(string state) =>
        Of(GrainId.Create(state, "0"), state) with { GrainHash = int.MinValue, N0 = long.MinValue, N1 = long.MinValue, Text = null };

    /// <summary>The key of a grain that is stored in this row. A name of hexadecimal digits is stored as a number; an
    /// account's leading zeros are not known.</summary>
    public string NameGrain()
    {
        if (Text is not null)
        {
            return Text;
        }

        Span<byte> guid = stackalloc byte[2 * sizeof(long)];
        BitConverter.TryWriteBytes(guid, N0);
        BitConverter.TryWriteBytes(guid[sizeof(long)..], N1);
        return N0 == 0 ? N1.ToString("x", CultureInfo.InvariantCulture) : new Guid(guid).ToString("N");
    }

    /// <param name="isFixedLength">Whether all keys of the kind have the same length, so that no two of them are the same number.</param>
    private static (long N0, long N1, string? Text, byte[] Bytes) Parts(GrainId grain, bool isFixedLength)
    {
        if (grain.TryGetGuidKey(out var guid, out var extension))
        {
            var bytes = guid.ToByteArray();
            return (BitConverter.ToInt64(bytes), BitConverter.ToInt64(bytes, sizeof(long)), extension, WithText(bytes, extension));
        }

        // Orleans' provider takes beef and 0beef for the same number, but they are two buckets.
        if (grain.TryGetIntegerKey(out var number, out extension) && (isFixedLength || !grain.Key.AsSpan().StartsWith("0"u8)))
        {
            return (0, number, extension, WithText(BitConverter.GetBytes(number), extension));
        }

        var text = grain.Key.ToString()!;
        return (0, 0, text, Encoding.UTF8.GetBytes(text));
    }

    private static byte[] WithText(byte[] key, string? extension) =>
        extension is null ? key : [.. key, .. Encoding.UTF8.GetBytes(extension)];
}
