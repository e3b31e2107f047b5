namespace OrleansUploads.Engine.Sqlite;

/// <summary>The changes to the tables. Used by the writer thread only, within its transactions.</summary>
internal sealed class JournalTables
{
    // Also bounds how many records a reader scans to find the newest record of a stream; see JournalReader.
    private const int MaxUnindexed = 1024;

    private readonly SqliteDatabase _database;
    private readonly StreamHeads _heads;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;
    private readonly SqliteStatement _loadCounters;
    private readonly SqliteStatement _saveCounters;
    private readonly SqliteStatement _insertRecord;
    private readonly SqliteStatement _findRecord;
    private readonly SqliteStatement _deleteRecord;
    private readonly SqliteStatement _findSnapshot;
    private readonly SqliteStatement _replaceSnapshot;
    private readonly SqliteStatement _deleteSnapshot;

    private long _indexedThrough;
    private long _committed;
    private bool _loaded;

    public JournalTables(SqliteDatabase database)
    {
        _database = database;
        _heads = new StreamHeads(database);
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _rollback = database.Prepare("ROLLBACK");
        _loadCounters = database.Prepare("SELECT sequence, indexed_through, crc FROM journal");
        _saveCounters = database.Prepare("UPDATE journal SET sequence = ?1, indexed_through = ?2, crc = ?3");
        _insertRecord = database.Prepare(
            "INSERT INTO records(sequence, stream, version, previous, crc, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        _findRecord = database.Prepare("SELECT stream, version, previous FROM records WHERE sequence = ?1");
        _deleteRecord = database.Prepare("DELETE FROM records WHERE sequence = ?1");
        _findSnapshot = database.Prepare("SELECT version FROM snapshots WHERE stream = ?1");
        _replaceSnapshot = database.Prepare(
            "INSERT OR REPLACE INTO snapshots(stream, version, crc, payload) VALUES (?1, ?2, ?3, ?4)");
        _deleteSnapshot = database.Prepare("DELETE FROM snapshots WHERE stream = ?1");
    }

    /// <summary>Number of the newest change, counted since the journal was created.</summary>
    public long Sequence { get; private set; }

    /// <summary>Reads the counters and the log's tail. Repeated after a failed transaction.</summary>
    /// <exception cref="JournalDamagedException">The stored data is inconsistent.</exception>
    public void Load()
    {
        LoadCounters();
        _heads.Load(_indexedThrough);
        _loaded = true;
    }

    /// <summary>Whether the commit has started. If it then fails, the transaction may or may not be in the file.</summary>
    public bool HasCommitStarted { get; private set; }

    public void Begin()
    {
        HasCommitStarted = false;
        if (!_loaded)
        {
            Load();
        }

        _begin.Run();
    }

    /// <summary>Commits the transaction. It is durable on return.</summary>
    public void Commit()
    {
        if (Sequence == _committed)
        {
            _rollback.Run();
            return;
        }

        if (Sequence - _indexedThrough >= MaxUnindexed)
        {
            SaveIndex();
        }

        CommitCounters();
        _committed = Sequence;
    }

    public void Rollback()
    {
        _loaded = false;
        if (_database.InTransaction)
        {
            _rollback.Run();
        }
    }

    /// <summary>Updates the index in its own transaction, so that the next start has no tail to read.</summary>
    public void SaveIndexAlone()
    {
        Begin();
        if (Sequence == _indexedThrough)
        {
            _rollback.Run();
            return;
        }

        SaveIndex();
        CommitCounters();
    }

    /// <summary>Appends a record if the stream is at the expected version.</summary>
    public AppendOutcome Append(in JournalAppend append)
    {
        var stream = _heads.Find(append.Entity);
        var head = stream?.Head ?? default;
        if (head.Version != append.ExpectedVersion)
        {
            return AppendOutcome.Conflict;
        }

        var sequence = ++Sequence;
        if (stream is null)
        {
            head = new StreamHead(sequence, RecordChecksum.OfStream(append.Entity), 0, 0, null);
        }

        var wakeAt = append.Wake is { } wake ? wake.At?.ToUnixTimeMilliseconds() : head.WakeAt;
        var moved = head with { Version = head.Version + 1, Last = sequence, WakeAt = wakeAt };

        var record = append.Record.Span;
        var crc = RecordChecksum.OfRecord(head.Checksum, moved.Version, record);
        _insertRecord.Bind(1, sequence).Bind(2, head.Id).Bind(3, moved.Version).Bind(4, head.Last)
            .Bind(5, crc).Bind(6, record).Run();

        if (stream is null)
        {
            _heads.Add(append.Entity, moved);
        }
        else if (wakeAt != head.WakeAt)
        {
            _heads.Save(stream, moved);
        }
        else
        {
            _heads.Move(stream, moved);
        }

        return AppendOutcome.Appended;
    }

    /// <summary>Stores a snapshot and deletes the records that it replaces. Ignored unless it is newer than the stored
    /// snapshot and not newer than the stream.</summary>
    public void SaveSnapshot(EntityId entity, long version, ReadOnlySpan<byte> snapshot)
    {
        if (_heads.Find(entity) is not { Head: var head } stream || version > head.Version)
        {
            return;
        }

        var stored = SnapshotVersion(head.Id);
        if (version <= stored)
        {
            return;
        }

        var replaced = FindRecords(entity, head, stored, version);
        Sequence++;
        var crc = RecordChecksum.OfSnapshot(head.Checksum, version, snapshot);
        _replaceSnapshot.Bind(1, head.Id).Bind(2, version).Bind(3, crc).Bind(4, snapshot).Run();
        DeleteRecords(replaced);

        // The deleted records may include those from which the end of the stream is derived.
        _heads.Save(stream, head);
    }

    /// <summary>Deletes a stream if it is at the expected version.</summary>
    public AppendOutcome Forget(EntityId entity, long expectedVersion)
    {
        var stream = _heads.Find(entity);
        var head = stream?.Head ?? default;
        if (head.Version != expectedVersion)
        {
            return AppendOutcome.Conflict;
        }

        if (stream is null)
        {
            return AppendOutcome.Appended;
        }

        var records = FindRecords(entity, head, SnapshotVersion(head.Id), head.Version);
        Sequence++;
        DeleteRecords(records);
        _deleteSnapshot.Bind(1, head.Id).Run();
        _heads.Remove(entity, stream);
        return AppendOutcome.Appended;
    }

    private void LoadCounters()
    {
        using var reset = _loadCounters.ResetAtEnd();
        _loadCounters.Step();
        Sequence = _committed = _loadCounters.Int64(0);
        _indexedThrough = _loadCounters.Int64(1);
        if (_loadCounters.Int64(2) != RecordChecksum.OfCounters(Sequence, _indexedThrough))
        {
            throw new JournalDamagedException($"The counters of the journal are damaged. {JournalAdvice.RestoreAll}");
        }
    }

    private void CommitCounters()
    {
        var crc = RecordChecksum.OfCounters(Sequence, _indexedThrough);
        _saveCounters.Bind(1, Sequence).Bind(2, _indexedThrough).Bind(3, crc).Run();
        HasCommitStarted = true;
        _commit.Run();
    }

    private void SaveIndex()
    {
        _heads.SaveAhead();
        _indexedThrough = Sequence;
    }

    private long SnapshotVersion(long stream)
    {
        using var reset = _findSnapshot.ResetAtEnd();
        return _findSnapshot.Bind(1, stream).Step() ? _findSnapshot.Int64(0) : 0;
    }

    private List<long> FindRecords(EntityId entity, StreamHead head, long after, long through)
    {
        var found = new List<long>();
        var sequence = head.Last;
        for (long version = head.Version; version > after; version--)
        {
            using var reset = _findRecord.ResetAtEnd();
            if (!_findRecord.Bind(1, sequence).Step() || _findRecord.Int64(0) != head.Id || _findRecord.Int64(1) != version)
            {
                throw new JournalDamagedException($"Record {version} of {entity} is missing. {JournalAdvice.Restore}");
            }

            if (version <= through)
            {
                found.Add(sequence);
            }

            sequence = _findRecord.Int64(2);
        }

        return found;
    }

    private void DeleteRecords(List<long> sequences)
    {
        foreach (var sequence in sequences)
        {
            _deleteRecord.Bind(1, sequence).Run();
        }
    }
}
