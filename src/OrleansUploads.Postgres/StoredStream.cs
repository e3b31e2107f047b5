using Npgsql;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Postgres;

internal enum StoredRowKind
{
    Snapshot,
    Record,
    Wake,
}

/// <summary>A row of a stream.</summary>
/// <param name="Number">The version, or the wake time in milliseconds since 1970.</param>
/// <param name="Checksum">See <see cref="RecordChecksum"/>.</param>
internal readonly record struct StreamRow(StoredRowKind Kind, long Number, uint Checksum, byte[] Content);

/// <summary>Makes a history of a stream's rows, and checks every byte of them.</summary>
internal static class StoredStream
{
    public static async Task<List<StreamRow>> ReadRowsAsync(NpgsqlDataReader reader)
    {
        var rows = new List<StreamRow>();
        while (await reader.ReadAsync(CancellationToken.None))
        {
            var kind = (StoredRowKind)reader.GetInt32(0);
            rows.Add(new StreamRow(
                kind, reader.GetInt64(1), unchecked((uint)reader.GetInt32(2)),
                kind == StoredRowKind.Wake ? [] : reader.GetFieldValue<byte[]>(3)));
        }

        return rows;
    }

    /// <param name="rows">The snapshot, the record of its version and all later ones, and the wake time; what exists of them, in this order.
    /// </param>
    /// <exception cref="JournalDamagedException">Something is missing or differs from what was written.</exception>
    public static JournalHistory ToHistory(EntityId entity, IEnumerable<StreamRow> rows)
    {
        var stream = RecordChecksum.OfStream(entity);
        var (first, version) = (1L, 0L);
        ReadOnlyMemory<byte>? snapshot = null;
        DateTimeOffset? wakeAt = null;
        var records = new List<ReadOnlyMemory<byte>>();
        foreach (var (kind, number, checksum, content) in rows)
        {
            switch (kind)
            {
                case StoredRowKind.Snapshot:
                    Require(
                        checksum == RecordChecksum.OfSnapshot(stream, number, content),
                        $"the checksum of its snapshot of version {number} is wrong");
                    (snapshot, first, version) = (content, number, number - 1);
                    break;
                case StoredRowKind.Record:
                    version++;
                    Require(number == version, $"record {version} is missing");
                    Require(checksum == RecordChecksum.OfRecord(stream, number, content), $"the checksum of record {number} is wrong");
                    if (snapshot is null || number > first)
                    {
                        records.Add(content);
                    }

                    break;
                case StoredRowKind.Wake:
                    wakeAt = DateTimeOffset.FromUnixTimeMilliseconds(number);
                    break;
            }
        }

        Require(version >= first || (snapshot is null && wakeAt is null), $"record {first} is missing");
        return new JournalHistory(version, snapshot, records, wakeAt);

        void Require(bool isIntact, string fault)
        {
            if (!isIntact)
            {
                throw new JournalDamagedException($"The journal of {entity} is damaged: {fault}. Restore the database from a backup.");
            }
        }
    }
}
