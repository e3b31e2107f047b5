using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The heads of all streams, including the changes of the current transaction.</summary>
/// <remarks>
/// A head that is <em>ahead</em> of its row in <c>streams</c> is kept here until <see cref="SaveAhead"/>. Other heads equal
/// their rows and are only cached. After a failed transaction everything is read again.
/// </remarks>
internal sealed class StreamHeads(SqliteDatabase database) : IDisposable
{
    private const int MaxCached = 65_536;

    private readonly Dictionary<EntityId, StreamHead> _ahead = [];
    private readonly Dictionary<EntityId, StreamHead> _cached = [];
    private readonly SqliteStatement _find = database.Prepare(
        $"SELECT {StreamHead.Columns} FROM streams s WHERE s.kind = ?1 AND s.key = ?2");
    private readonly SqliteStatement _insert = database.Prepare(
        "INSERT INTO streams(id, kind, key, version, last, wake_at, crc) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    private readonly SqliteStatement _update = database.Prepare(
        "UPDATE streams SET version = ?2, last = ?3, wake_at = ?4, crc = ?5 WHERE id = ?1");
    private readonly SqliteStatement _delete = database.Prepare("DELETE FROM streams WHERE id = ?1");
    private readonly SqliteStatement _tail = database.Prepare($"""
        SELECT {StreamHead.Columns}, s.kind, s.key, r.sequence, r.version, r.previous
        FROM records r LEFT JOIN streams s ON s.id = r.stream
        WHERE r.sequence > ?1 ORDER BY r.sequence
        """);

    /// <summary>Discards all heads and reads the log's tail.</summary>
    /// <exception cref="JournalDamagedException">The tail does not continue the index.</exception>
    public void Load(long indexedThrough)
    {
        _ahead.Clear();
        _cached.Clear();
        try
        {
            _tail.Bind(1, indexedThrough);
            while (_tail.Step())
            {
                ApplyTailRecord();
            }
        }
        finally
        {
            _tail.Reset();
        }
    }

    /// <summary>Finds the head of a stream; false if the stream does not exist.</summary>
    public bool TryFind(EntityId entity, out StreamHead head)
    {
        if (_ahead.TryGetValue(entity, out head) || _cached.TryGetValue(entity, out head))
        {
            return true;
        }

        try
        {
            if (!_find.Bind(1, (long)entity.Kind).Bind(2, entity.Key).Step())
            {
                return false;
            }

            head = StreamHead.FromRow(entity, _find);
        }
        finally
        {
            _find.Reset();
        }

        Cache(entity, head);
        return true;
    }

    /// <summary>Adds a new stream.</summary>
    public void Add(EntityId entity, StreamHead head)
    {
        _insert.Bind(1, head.Id).Bind(2, (long)entity.Kind).Bind(3, entity.Key)
            .Bind(4, head.Version).Bind(5, head.Last).Bind(6, head.WakeAt).Bind(7, RecordChecksum.OfHead(head)).Run();
        Cache(entity, head);
    }

    /// <summary>Moves a head. Its row is written later.</summary>
    public void Move(EntityId entity, StreamHead head)
    {
        _cached.Remove(entity);
        _ahead[entity] = head;
    }

    /// <summary>Moves a head and writes its row immediately.</summary>
    public void Save(EntityId entity, StreamHead head)
    {
        WriteRow(head);
        _ahead.Remove(entity);
        Cache(entity, head);
    }

    /// <summary>Writes the rows of all heads that are ahead.</summary>
    public void SaveAhead()
    {
        // Write in table order, so that each page is written once.
        var moved = new KeyValuePair<EntityId, StreamHead>[_ahead.Count];
        ((ICollection<KeyValuePair<EntityId, StreamHead>>)_ahead).CopyTo(moved, 0);
        Array.Sort(moved, static (a, b) => a.Value.Id.CompareTo(b.Value.Id));
        _ahead.Clear();
        foreach ((EntityId entity, StreamHead head) in moved)
        {
            WriteRow(head);
            Cache(entity, head);
        }
    }

    /// <summary>Deletes a stream's row.</summary>
    public void Remove(EntityId entity, StreamHead head)
    {
        _delete.Bind(1, head.Id).Run();
        _ahead.Remove(entity);
        _cached.Remove(entity);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _find.Dispose();
        _insert.Dispose();
        _update.Dispose();
        _delete.Dispose();
        _tail.Dispose();
    }

    private void WriteRow(StreamHead head) =>
        _update.Bind(1, head.Id).Bind(2, head.Version).Bind(3, head.Last).Bind(4, head.WakeAt)
            .Bind(5, RecordChecksum.OfHead(head)).Run();

    private void Cache(EntityId entity, StreamHead head)
    {
        if (_cached.Count >= MaxCached)
        {
            _cached.Clear();
        }

        _cached[entity] = head;
    }

    /// <summary>Moves the head of the stream that contains the tail's current record.</summary>
    private void ApplyTailRecord()
    {
        var sequence = _tail.Int64(7);
        if (_tail.NullableInt64(0) is null)
        {
            throw Damaged(sequence, "it belongs to no stream");
        }

        var entity = new EntityId((EntityKind)_tail.Int64(5), _tail.Text(6));
        if (!_ahead.TryGetValue(entity, out var head))
        {
            head = StreamHead.FromRow(entity, _tail);
        }

        if (sequence <= head.Last)
        {
            return;
        }

        if (_tail.Int64(8) != head.Version + 1 || _tail.Int64(9) != head.Last)
        {
            throw Damaged(sequence, $"it does not continue {entity} at version {head.Version}");
        }

        _ahead[entity] = head with { Version = head.Version + 1, Last = sequence };
    }

    private static JournalDamagedException Damaged(long sequence, string what) =>
        new($"Record {sequence} of the journal is damaged: {what}. {JournalAdvice.RestoreAll}");
}
