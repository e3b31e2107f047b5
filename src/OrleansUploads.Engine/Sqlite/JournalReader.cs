namespace OrleansUploads.Engine.Sqlite;

/// <summary>Queries over one connection. Each sees one consistent state of the journal. Used by one thread at a
/// time.</summary>
internal sealed class JournalReader : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;
    private readonly SqliteStatement _stream;
    private readonly SqliteStatement _newest;
    private readonly SqliteStatement _snapshot;
    private readonly SqliteStatement _record;
    private readonly SqliteStatement _due;
    private readonly StreamNames _names;

    public JournalReader(SqliteDatabase database)
    {
        _database = database;
        _begin = database.Prepare("BEGIN");
        _end = database.Prepare("COMMIT");
        _stream = database.Prepare(
            $"SELECT {StreamHead.Columns} FROM streams s WHERE s.kind = ?1 AND s.key = ?2");
        _newest = database.Prepare("""
            SELECT sequence, version FROM records
            WHERE sequence > (SELECT indexed_through FROM journal) AND stream = ?1
            ORDER BY sequence DESC LIMIT 1
            """);
        _snapshot = database.Prepare("SELECT version, crc, payload FROM snapshots WHERE stream = ?1");
        _record = database.Prepare("SELECT stream, version, previous, crc, payload FROM records WHERE sequence = ?1");
        _due = database.Prepare("SELECT kind, key FROM streams WHERE wake_at <= ?1 ORDER BY wake_at, id LIMIT ?2");
        _names = new StreamNames(database);
    }

    /// <summary>Reads a stream and checks every byte of it.</summary>
    /// <exception cref="JournalDamagedException">Something is missing or differs from what was written.</exception>
    public JournalHistory Read(EntityId entity) => ReadAtOnce(
        () => TryFindHead(entity, out var head) ? ReadHistory(entity, head) : JournalHistory.None);

    /// <summary>Reads the version of a stream, or 0 if it does not exist.</summary>
    public long ReadVersion(EntityId entity) => ReadAtOnce(() => TryFindHead(entity, out var head) ? head.Version : 0);

    /// <summary>Lists the entities whose wake time has come, earliest first.</summary>
    public IReadOnlyList<EntityId> ListDue(DateTimeOffset dueAt, int limit) =>
        _due.Bind(1, dueAt.ToUnixTimeMilliseconds()).Bind(2, limit)
            .ReadAll(static row => new EntityId((EntityKind)row.Int64(0), row.Text(1)));

    /// <summary>Checks that a page of streams is found by name.</summary>
    /// <returns>The place reached; null after the last stream.</returns>
    public long? CheckNames(long after, int limit) => _names.Check(after, limit);

    public void Dispose() => _database.Dispose();

    private T ReadAtOnce<T>(Func<T> read)
    {
        _begin.Run();
        try
        {
            return read();
        }
        finally
        {
            // SQLite has ended the transaction itself if a read failed. Ending it again would hide why.
            if (_database.InTransaction)
            {
                _end.Run();
            }
        }
    }

    private bool TryFindHead(EntityId entity, out StreamHead head)
    {
        head = default;
        using var resetStream = _stream.ResetAtEnd();
        if (!_stream.Bind(1, (long)entity.Kind).Bind(2, entity.Key).Step())
        {
            _names.RequireAbsent(entity);
            return false;
        }

        head = StreamHead.FromRow(entity, _stream);

        // The row may lag behind the log by at most the log's unindexed tail.
        using var resetNewest = _newest.ResetAtEnd();
        if (_newest.Bind(1, head.Id).Step() && _newest.Int64(0) > head.Last)
        {
            head = head with { Version = _newest.Int64(1), Last = _newest.Int64(0) };
        }

        return true;
    }

    private JournalHistory ReadHistory(EntityId entity, StreamHead head)
    {
        ReadOnlyMemory<byte>? snapshot = null;
        var version = ReadSnapshot(entity, head, ref snapshot);
        if (version > head.Version)
        {
            throw Damaged(entity, $"its snapshot has version {version}, but its last record has version {head.Version}");
        }

        var records = new List<ReadOnlyMemory<byte>>();
        var sequence = head.Last;
        for (long expected = head.Version; expected > version; expected--)
        {
            records.Add(ReadRecord(entity, head, expected, ref sequence));
        }

        records.Reverse();
        DateTimeOffset? wakeAt = head.WakeAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
        return new JournalHistory(head.Version, snapshot, records, wakeAt);
    }

    private long ReadSnapshot(EntityId entity, StreamHead head, ref ReadOnlyMemory<byte>? snapshot)
    {
        using var reset = _snapshot.ResetAtEnd();
        if (!_snapshot.Bind(1, head.Id).Step())
        {
            return 0;
        }

        var version = _snapshot.Int64(0);
        var bytes = _snapshot.Blob(2);
        if (_snapshot.Int64(1) != RecordChecksum.OfSnapshot(head.Checksum, version, bytes))
        {
            throw Damaged(entity, $"the checksum of its snapshot of version {version} is wrong");
        }

        snapshot = bytes.ToArray();
        return version;
    }

    private byte[] ReadRecord(EntityId entity, StreamHead head, long version, ref long sequence)
    {
        using var reset = _record.ResetAtEnd();
        if (!_record.Bind(1, sequence).Step() || _record.Int64(0) != head.Id || _record.Int64(1) != version)
        {
            throw Damaged(entity, $"record {version} is missing");
        }

        sequence = _record.Int64(2);
        var bytes = _record.Blob(4);
        if (_record.Int64(3) != RecordChecksum.OfRecord(head.Checksum, version, bytes))
        {
            throw Damaged(entity, $"the checksum of record {version} is wrong");
        }

        return bytes.ToArray();
    }

    private static JournalDamagedException Damaged(EntityId entity, string what) =>
        new($"The journal of {entity} is damaged: {what}. {JournalAdvice.Restore}");
}
