namespace OrleansUploads.Engine.Sqlite;

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
