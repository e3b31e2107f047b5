using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Postgres;

/// <summary>The statements over the tables of the journal (<c>deploy/postgres/schema.sql</c>).</summary>
/// <remarks>The records of a stream have consecutive versions. A snapshot deletes records from the oldest on and never the one of its own
/// version, so a stream always has its newest record. Hence a host is at the end of a stream if the record of its version exists and the
/// next one does not. Appends lock the first (<c>FOR KEY SHARE</c>), which fences them against a deletion at the same time, and the
/// primary key decides about the second.</remarks>
/// <param name="service">Part of the key of all rows.</param>
internal sealed class JournalCommands(string service)
{
    /// <summary>The maximum number of records that one statement deletes for a snapshot.</summary>
    public const int MaxPruned = 256;

    private const string IsStream = "service = $1 AND stream = $2";
    private const string Records = $"FROM uploads_record WHERE {IsStream}";
    private const string Insert = "INSERT INTO uploads_record (service, stream, version, crc, payload)";

    // The conditions are no constants, because tests change them to show that they are necessary.
    private static readonly string InsertFirst =
        $"{Insert} SELECT $1, $2, $3 + 1, $4, $5 WHERE NOT EXISTS (SELECT {Records}) ON CONFLICT DO NOTHING";

    private static readonly string InsertNext =
        $"{Insert} SELECT service, stream, $3 + 1, $4, $5 {Records} AND version = $3 FOR KEY SHARE ON CONFLICT DO NOTHING";

    private static readonly string IsExpected =
        "SELECT 1 FROM uploads_record WHERE (service, stream, version) = ($1, append.stream, append.version) FOR KEY SHARE";

    /// <summary>Does for many streams what <see cref="InsertNext"/> does for one, in the order of the arrays, and returns the streams to
    /// which it has appended. Each stream occurs once.</summary>
    private static readonly string InsertNextOfEach =
        $"""
        {Insert} SELECT $1, stream, version + 1, crc, payload
        FROM unnest($2, $3, $4, $5) append (stream, version, crc, payload) CROSS JOIN LATERAL ({IsExpected}) expected
        ON CONFLICT DO NOTHING RETURNING stream
        """;

    private static readonly string SaveSnapshot =
        $"""
        INSERT INTO uploads_snapshot AS stored (service, stream, version, crc, payload)
        SELECT service, stream, version, $4, $5 {Records} AND version = $3 FOR KEY SHARE
        ON CONFLICT (service, stream) DO UPDATE
        SET version = excluded.version, crc = excluded.crc, payload = excluded.payload WHERE stored.version < excluded.version
        """;

    private static readonly string IsInSnapshot = $"version < (SELECT version FROM uploads_snapshot WHERE {IsStream})";
    private static readonly string Prune = $"DELETE {Records} AND {IsInSnapshot} AND version < (SELECT min(version) + $3 {Records})";

    /// <summary>Waits for an append that may have begun, and makes others wait.</summary>
    private static readonly string LockNewest = $"SELECT 1 {Records} AND version = $3 FOR UPDATE";

    private static readonly string ForgetRecords = $"DELETE {Records} AND (SELECT max(version) {Records}) = $3";
    private static readonly string ForgetSnapshot = $"DELETE FROM uploads_snapshot WHERE {IsStream} AND NOT EXISTS (SELECT {Records})";
    private static readonly string ForgetWake = $"DELETE FROM uploads_wake WHERE {IsStream} AND NOT EXISTS (SELECT {Records})";

    private static readonly string[] DeleteAll =
        [.. ((string[])["uploads_record", "uploads_snapshot", "uploads_wake"]).Select(static table => $"DELETE FROM {table} WHERE {IsStream}")];

    private static readonly string SelectVersion = $"SELECT version {Records} ORDER BY version DESC LIMIT 1";

    private static readonly string SelectHistory =
        $"""
        SELECT {(int)StoredRowKind.Snapshot}, version, crc, payload FROM uploads_snapshot WHERE {IsStream}
        UNION ALL SELECT {(int)StoredRowKind.Record}, version, crc, payload {Records}
            AND version >= coalesce((SELECT version FROM uploads_snapshot WHERE {IsStream}), 0)
        UNION ALL SELECT {(int)StoredRowKind.Wake}, wake_at, 0, NULL FROM uploads_wake WHERE {IsStream}
        ORDER BY 1, 2
        """;

    private static readonly string IsInShare = "(hashtextextended(stream, 0) & 9223372036854775807) % $3 = $4";
    private static readonly string SelectDue =
        $"SELECT stream FROM uploads_wake WHERE service = $1 AND wake_at <= $2 AND {IsInShare} ORDER BY wake_at LIMIT $5";

    /// <summary>A page of the streams that have any row.</summary>
    private static readonly string SelectStreams =
        $"""
        SELECT stream FROM ({PageOf("uploads_record")} UNION {PageOf("uploads_snapshot")} UNION {PageOf("uploads_wake")}) streams
        ORDER BY stream LIMIT $4
        """;

    /// <summary>Lets a statement of the transaction wait for a lock for two seconds.</summary>
    private const string LimitLocks = "SELECT set_config('lock_timeout', '2s', true)";

    /// <summary>The number of streams that silos rehearse with, so that two silos rarely wait for each other.</summary>
    private const int RehearsalStreams = 1000;

    /// <summary>More than the free space of a page.</summary>
    private const int LargeBytes = 64 * 1024;

    private readonly EntityId _rehearsal = new(default, $"health-{RandomNumberGenerator.GetInt32(RehearsalStreams)}");

    /// <summary>Appends a record, and changes the wake time with it. One row was written if the stream was at the expected version.</summary>
    public NpgsqlBatchCommand Append(in JournalAppend append)
    {
        var (entity, expected, record, wake, _) = append;
        var insert = expected == 0 ? InsertFirst : InsertNext;
        var command = WithBlob(
            wake switch
            {
                null => insert,
                { At: null } => $"""
                    WITH appended AS ({insert} RETURNING service, stream), cleared AS (
                        DELETE FROM uploads_wake w USING appended a WHERE w.service = a.service AND w.stream = a.stream)
                    SELECT 1 FROM appended
                    """,
                _ => $"""
                    WITH appended AS ({insert} RETURNING service, stream)
                    INSERT INTO uploads_wake (service, stream, wake_at) SELECT service, stream, $6 FROM appended
                    ON CONFLICT (service, stream) DO UPDATE SET wake_at = excluded.wake_at
                    """,
            },
            entity, expected, ChecksumOf(append), record);
        if (wake is { At: { } at })
        {
            command.Parameters.Add(Number(at.ToUnixTimeMilliseconds()));
        }

        return command;
    }

    /// <summary>Whether <see cref="AppendToEach"/> can append it.</summary>
    public static bool IsPlain(in JournalAppend append) => append is { ExpectedVersion: > 0, Wake: null };

    /// <summary>Appends plain records to many streams, and returns those that were at the expected version, as <see cref="StreamText"/>.
    /// </summary>
    /// <param name="appends">Of one stream each. They are carried out in this order.</param>
    public NpgsqlBatchCommand AppendToEach(IReadOnlyCollection<JournalAppend> appends) => new(InsertNextOfEach)
    {
        Parameters =
        {
            Text(service),
            Array(appends, static append => StreamText.Of(append.Entity)),
            Array(appends, static append => append.ExpectedVersion),
            Array(appends, static append => unchecked((int)ChecksumOf(append))),
            Array(appends, static append => append.Record),
        },
    };

    /// <summary>Saves a snapshot if it is newer than the stored one and not newer than the stream.</summary>
    public NpgsqlBatchCommand Save(EntityId entity, long version, ReadOnlyMemory<byte> snapshot) => WithBlob(
        SaveSnapshot, entity, version, RecordChecksum.OfSnapshot(RecordChecksum.OfStream(entity), version, snapshot.Span), snapshot);

    /// <summary>Deletes the oldest records that the stored snapshot replaces.</summary>
    public NpgsqlBatchCommand PruneOldest(EntityId entity) => WithStream(Prune, entity, MaxPruned);

    /// <summary>Deletes a stream if it is at a version. The second command has then deleted at least one row.</summary>
    /// <param name="version">At least 1.</param>
    public NpgsqlBatchCommand[] Forget(EntityId entity, long version) =>
    [
        WithStream(LockNewest, entity, version), WithStream(ForgetRecords, entity, version), WithStream(ForgetSnapshot, entity),
        WithStream(ForgetWake, entity),
    ];

    /// <summary>Replaces a stream, if there is one, by a snapshot.</summary>
    public NpgsqlBatchCommand[] Replace(EntityId entity, long version, ReadOnlyMemory<byte> snapshot, DateTimeOffset? wakeAt)
    {
        var crc = RecordChecksum.OfRecord(RecordChecksum.OfStream(entity), version, []);
        return
        [
            .. DeleteAll.Select(statement => WithStream(statement, entity)),
            WithBlob($"{Insert} VALUES ($1, $2, $3, $4, $5)", entity, version, crc, ReadOnlyMemory<byte>.Empty),
            Save(entity, version, snapshot),
            .. wakeAt is { } at
                ? [WithStream("INSERT INTO uploads_wake (service, stream, wake_at) VALUES ($1, $2, $3)", entity, at.ToUnixTimeMilliseconds())]
                : (NpgsqlBatchCommand[])[],
        ];
    }

    /// <summary>Reads the version of a stream, if it exists.</summary>
    public NpgsqlBatchCommand Version(EntityId entity) => WithStream(SelectVersion, entity);

    /// <summary>Reads the rows of a stream that make its history: the kind, the version or the wake time, the checksum and the
    /// content.</summary>
    public NpgsqlBatchCommand History(EntityId entity) => WithStream(SelectHistory, entity);

    /// <summary>Lists the streams of a share that are due, earliest first.</summary>
    public NpgsqlBatchCommand Due(DateTimeOffset dueAt, WakeShare share, int limit) => new(SelectDue)
    {
        Parameters = { Text(service), Number(dueAt.ToUnixTimeMilliseconds()), Number(share.Count), Number(share.Number), Number(limit) },
    };

    /// <summary>Lists streams between two texts, without them, in the order of their texts.</summary>
    public NpgsqlBatchCommand Streams(string after, string before, int limit) => new(SelectStreams)
    {
        Parameters = { Text(service), Text(after), Text(before), Number(limit) },
    };

    /// <summary>Adds to a batch what requests write: begins a stream, wakes it, saves its snapshot and forgets it.</summary>
    /// <param name="isLarge">Whether the record is so large that the table grows.</param>
    public void AddRehearsal(NpgsqlBatch batch, bool isLarge)
    {
        var content = isLarge ? RandomNumberGenerator.GetBytes(LargeBytes) : [];
        NpgsqlBatchCommand[] commands =
        [
            new(LimitLocks),
            Append(new JournalAppend(_rehearsal, 0, content, new WakeChange(DateTimeOffset.MaxValue))),
            Save(_rehearsal, 1, content),
            PruneOldest(_rehearsal),
            .. Forget(_rehearsal, 1),
        ];
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }
    }

    private static string PageOf(string table) =>
        $"(SELECT DISTINCT stream FROM {table} WHERE service = $1 AND stream > $2 AND stream < $3 ORDER BY stream LIMIT $4)";

    private static uint ChecksumOf(in JournalAppend append) =>
        RecordChecksum.OfRecord(RecordChecksum.OfStream(append.Entity), append.ExpectedVersion + 1, append.Record.Span);

    private NpgsqlBatchCommand WithBlob(string statement, EntityId entity, long version, uint crc, ReadOnlyMemory<byte> bytes)
    {
        var command = WithStream(statement, entity, version);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = unchecked((int)crc) });
        command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = bytes, NpgsqlDbType = NpgsqlDbType.Bytea });
        return command;
    }

    private NpgsqlBatchCommand WithStream(string statement, EntityId entity, long? number = null)
    {
        var command = new NpgsqlBatchCommand(statement) { Parameters = { Text(service), Text(StreamText.Of(entity)) } };
        if (number is { } value)
        {
            command.Parameters.Add(Number(value));
        }

        return command;
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private static NpgsqlParameter<T[]> Array<T>(IReadOnlyCollection<JournalAppend> appends, Func<JournalAppend, T> valueOf) =>
        new() { TypedValue = [.. appends.Select(valueOf)] };

    private static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value };
}
