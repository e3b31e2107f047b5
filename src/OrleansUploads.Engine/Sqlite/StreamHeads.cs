namespace OrleansUploads.Engine.Sqlite;

/// <summary>The heads of all streams, including the changes of the current transaction.</summary>
/// <remarks>A head that is <em>ahead</em> of its row in <c>streams</c> is kept here until <see cref="SaveAhead"/>. Other
/// heads equal their rows and are only cached. After a failed transaction everything is read again. <para>The names of
/// streams are long, so a stream is looked up once for each write.</para></remarks>
/// <param name="maxKnown">The number of streams at which those that are not ahead are forgotten.</param>
internal sealed class StreamHeads(SqliteDatabase database, int maxKnown = StreamHeads.DefaultMaxKnown)
{
    private const int DefaultMaxKnown = 65_536;

    private readonly Dictionary<EntityId, KnownStream> _known = [];
    private readonly HashSet<KnownStream> _ahead = [];
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
        _known.Clear();
        using var reset = _tail.ResetAtEnd();
        _tail.Bind(1, indexedThrough);
        while (_tail.Step())
        {
            ApplyTailRecord();
        }
    }

    public KnownStream? Find(EntityId entity)
    {
        if (_known.TryGetValue(entity, out var known))
        {
            return known;
        }

        using var reset = _find.ResetAtEnd();
        return _find.Bind(1, (long)entity.Kind).Bind(2, entity.Key).Step()
            ? Remember(entity, StreamHead.FromRow(entity, _find))
            : null;
    }

    public void Add(EntityId entity, StreamHead head)
    {
        _insert.Bind(1, head.Id).Bind(2, (long)entity.Kind).Bind(3, entity.Key)
            .Bind(4, head.Version).Bind(5, head.Last).Bind(6, head.WakeAt).Bind(7, RecordChecksum.OfHead(head)).Run();
        Remember(entity, head);
    }

    /// <summary>Moves a head. Its row is written later, other than by <see cref="Save"/>.</summary>
    public void Move(KnownStream stream, StreamHead head)
    {
        stream.Head = head;
        _ahead.Add(stream);
    }

    public void Save(KnownStream stream, StreamHead head)
    {
        WriteRow(head);
        stream.Head = head;
        _ahead.Remove(stream);
    }

    /// <summary>Writes the rows of all heads that are ahead.</summary>
    public void SaveAhead()
    {
        // Write in table order, so that each page is written once.
        var moved = new KnownStream[_ahead.Count];
        _ahead.CopyTo(moved);
        Array.Sort(moved, static (a, b) => a.Head.Id.CompareTo(b.Head.Id));
        foreach (var stream in moved)
        {
            WriteRow(stream.Head);
        }

        _ahead.Clear();
    }

    public void Remove(EntityId entity, KnownStream stream)
    {
        _delete.Bind(1, stream.Head.Id).Run();
        _ahead.Remove(stream);
        _known.Remove(entity);
    }

    private void WriteRow(StreamHead head) =>
        _update.Bind(1, head.Id).Bind(2, head.Version).Bind(3, head.Last).Bind(4, head.WakeAt)
            .Bind(5, RecordChecksum.OfHead(head)).Run();

    private KnownStream Remember(EntityId entity, StreamHead head)
    {
        if (_known.Count >= maxKnown)
        {
            ForgetSaved();
        }

        return _known[entity] = new KnownStream(head);
    }

    /// <summary>Forgets the streams whose rows can be read again.</summary>
    private void ForgetSaved()
    {
        foreach (var (entity, stream) in _known)
        {
            if (!_ahead.Contains(stream))
            {
                _known.Remove(entity);
            }
        }
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
        var known = _known.GetValueOrDefault(entity);
        var head = known?.Head ?? StreamHead.FromRow(entity, _tail);
        if (sequence <= head.Last)
        {
            return;
        }

        if (_tail.Int64(8) != head.Version + 1 || _tail.Int64(9) != head.Last)
        {
            throw Damaged(sequence, $"it does not continue {entity} at version {head.Version}");
        }

        Move(known ?? Remember(entity, head), head with { Version = head.Version + 1, Last = sequence });
    }

    private static JournalDamagedException Damaged(long sequence, string what) =>
        new($"Record {sequence} of the journal is damaged: {what}. {JournalAdvice.RestoreAll}");
}

internal sealed class KnownStream(StreamHead head)
{
    /// <summary>Its head, including the changes of the current transaction.</summary>
    public StreamHead Head { get; set; } = head;
}

/// <summary>The current end of a stream.</summary>
/// <param name="Id">The stream's number. It is the sequence number of the first record, so it is never reused.</param>
/// <param name="Checksum">The checksum of the stream's kind and key.</param>
/// <param name="Version">Number of records ever appended.</param>
/// <param name="Last">Sequence number of the newest record; a snapshot may have replaced the record itself.</param>
/// <param name="WakeAt">Wake time in milliseconds since 1970, or null for none.</param>
internal readonly record struct StreamHead(long Id, uint Checksum, long Version, long Last, long? WakeAt)
{
    /// <summary>The columns that <see cref="FromRow"/> reads, in order.</summary>
    public const string Columns = "s.id, s.version, s.last, s.wake_at, s.crc";

    /// <summary>Reads and checks a stream's row.</summary>
    /// <exception cref="JournalDamagedException">The row differs from what was written.</exception>
    public static StreamHead FromRow(EntityId entity, SqliteStatement row)
    {
        var head = new StreamHead(
            row.Int64(0), RecordChecksum.OfStream(entity), row.Int64(1), row.Int64(2), row.NullableInt64(3));
        return row.Int64(4) == RecordChecksum.OfHead(head)
            ? head
            : throw new JournalDamagedException(
                $"The journal of {entity} is damaged: the checksum of its index entry is wrong. {JournalAdvice.Restore}");
    }
}
