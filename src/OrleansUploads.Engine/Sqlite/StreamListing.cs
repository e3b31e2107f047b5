using System.Globalization;

namespace OrleansUploads.Engine.Sqlite;

internal readonly record struct StreamVersion(long Place, EntityId Entity, long Version);

internal sealed class StreamListing(SqliteDatabase database)
{
    private readonly SqliteStatement _walk = database.Prepare(StreamNames.Walk);
    private readonly SqliteStatement _walkKind = database.Prepare("""
        SELECT s.id, s.kind, s.key, s.id
        FROM streams s WHERE s.id > ?1 AND s.kind = ?3 ORDER BY s.id LIMIT ?2
        """);
    private readonly SqliteStatement _walkVersions = database.Prepare("""
        WITH tail AS MATERIALIZED (
            SELECT stream, max(version) AS version FROM records
            WHERE sequence > (SELECT indexed_through FROM journal) GROUP BY stream)
        SELECT s.id, s.kind, s.key, max(s.version, ifnull(t.version, 0))
        FROM streams s LEFT JOIN tail t ON t.stream = s.id WHERE s.id > ?1 ORDER BY s.id LIMIT ?2
        """);
    private readonly SqliteStatement _lostRecord = database.Prepare("""
        SELECT r.sequence FROM records r
        WHERE NOT EXISTS (SELECT 1 FROM streams s WHERE s.id = r.stream) LIMIT 1
        """);
    private readonly SqliteStatement _lostSnapshot = database.Prepare("""
        SELECT p.stream FROM snapshots p
        WHERE NOT EXISTS (SELECT 1 FROM streams s WHERE s.id = p.stream) LIMIT 1
        """);

    /// <summary>Lists the streams after a place, in the order of their places. Places are numbers.</summary>
    public IReadOnlyList<ListedEntity> List(string after, int limit) =>
        _walk.Bind(1, Number(after)).Bind(2, limit).ReadAll(ReadStream);

    /// <summary>Lists the streams of one kind after a place, in the order of their places. Does not check whether they are found by
    /// name.</summary>
    public IReadOnlyList<ListedEntity> List(EntityKind kind, string after, int limit) =>
        _walkKind.Bind(1, Number(after)).Bind(2, limit).Bind(3, (long)kind).ReadAll(ReadStream);

    /// <summary>As <see cref="List(string, int)"/>, with their versions.</summary>
    public IReadOnlyList<StreamVersion> ListVersions(long after, int limit) =>
        _walkVersions.Bind(1, after).Bind(2, limit).ReadAll(static row => new StreamVersion(row.Int64(0), EntityOf(row), row.Int64(3)));

    /// <summary>The number of a record whose stream is missing, or null.</summary>
    public long? FindLostRecord() => First(_lostRecord);

    /// <summary>The place of a missing stream that has a snapshot, or null.</summary>
    public long? FindLostSnapshot() => First(_lostSnapshot);

    private static ListedEntity ReadStream(SqliteStatement row)
    {
        var place = row.Int64(0);
        return new ListedEntity(place.ToString(CultureInfo.InvariantCulture), EntityOf(row), IsFoundByName: row.NullableInt64(3) == place);
    }

    private static long Number(string place) => place.Length == 0 ? 0 : long.Parse(place, CultureInfo.InvariantCulture);

    private static EntityId EntityOf(SqliteStatement row) => new((EntityKind)row.Int64(1), row.Text(2));

    private static long? First(SqliteStatement query)
    {
        using var reset = query.ResetAtEnd();
        return query.Step() ? query.Int64(0) : null;
    }
}
