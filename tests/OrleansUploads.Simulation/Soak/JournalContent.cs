using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Simulation.Soak;

/// <summary>The content of a journal's pages.</summary>
internal sealed record JournalContent(
    long UsedBytes, long FreeBytes, IReadOnlyDictionary<EntityKind, long> Streams, IReadOnlyDictionary<EntityKind, long> Payload)
{
    // Estimates: the row of a record without its payload, and the row of a stream with its name and two index entries.
    private const long RowBytes = 40;
    private const long StreamBytes = 350;

    /// <summary>The stored bytes, without SQLite's indexes and free space.</summary>
    public long ContentBytes => Payload.Values.Sum() + (Streams.Values.Sum() * StreamBytes);

    public static JournalContent Read(string dataFolder)
    {
        using var database = SqliteDatabase.Open(Path.Combine(dataFolder, JournalSchema.FileName), readOnly: true);
        var pageBytes = database.ReadInt64("PRAGMA page_size");
        var free = database.ReadInt64("PRAGMA freelist_count");
        var used = database.ReadInt64("PRAGMA page_count") - free;
        var streams = new Dictionary<EntityKind, long>();
        var payload = new Dictionary<EntityKind, long>();
        using var rows = database.Prepare(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT s.kind, count(*),
                sum((SELECT coalesce(sum(length(p.payload) + {RowBytes}), 0) FROM snapshots p WHERE p.stream = s.id))
            FROM streams s GROUP BY s.kind
            """));
        while (rows.Step())
        {
            var kind = (EntityKind)rows.Int64(0);
            streams[kind] = rows.Int64(1);
            payload[kind] = rows.Int64(2);
        }

        using var records = database.Prepare(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT s.kind, sum(length(r.payload) + {RowBytes}) FROM records r JOIN streams s ON s.id = r.stream GROUP BY s.kind
            """));
        while (records.Step())
        {
            var kind = (EntityKind)records.Int64(0);
            payload[kind] = payload.GetValueOrDefault(kind) + records.Int64(1);
        }

        return new JournalContent(used * pageBytes, free * pageBytes, streams, payload);
    }
}
