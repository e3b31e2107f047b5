using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>Where a stream ends, as the writer knows it.</summary>
/// <param name="Id">The stream's number: the sequence number of its first record, so never used twice.</param>
/// <param name="Checksum">The checksum of its kind and key.</param>
/// <param name="Version">How many records were ever appended.</param>
/// <param name="Last">Sequence number of the newest record; the record itself may have been cut by a snapshot.</param>
/// <param name="WakeAt">Wake time in milliseconds since 1970; null for none.</param>
internal readonly record struct StreamHead(long Id, uint Checksum, long Version, long Last, long? WakeAt)
{
    /// <summary>The columns that <see cref="FromRow"/> takes, in its order.</summary>
    public const string Columns = "s.id, s.version, s.last, s.wake_at, s.crc";

    /// <summary>Reads and checks a stream's row.</summary>
    /// <exception cref="JournalDamagedException">The row is not what was written.</exception>
    public static StreamHead FromRow(EntityId entity, SqliteStatement row)
    {
        var head = new StreamHead(
            row.Int64(0), RecordChecksum.OfStream(entity), row.Int64(1), row.Int64(2), row.NullableInt64(3));
        return row.Int64(4) == RecordChecksum.OfHead(head)
            ? head
            : throw new JournalDamagedException(
                $"The journal of {entity} is damaged: the checksum of its entry in the index does not fit. {JournalAdvice.Restore}");
    }
}
