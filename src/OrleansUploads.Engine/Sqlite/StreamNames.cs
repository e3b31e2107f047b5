using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>Whether streams are found by their names. One that is not would be taken for one that never was, and its bytes for
/// nobody's: they would be collected.</summary>
/// <remarks>
/// SQLite keeps no checksums of its pages, so it does not notice a name that has changed in its index of names. But each name
/// is stored twice, in the table and in the index, so what is damaged does not agree with itself. A search that is led
/// astray by a changed name ends beside it, for every other name on the way points the right way. So whoever does not find
/// a name looks at its two neighbours, which costs the same for any number of streams. What that cannot see (a whole
/// page of the index that is missing) is seen by a walk through all streams.
/// </remarks>
internal sealed class StreamNames(SqliteDatabase database) : IDisposable
{
    private const string Columns = "SELECT i.kind, i.key, s.kind, s.key";

    private readonly SqliteStatement _before = database.Prepare($"""
        {Columns} FROM (
            SELECT id, kind, key FROM streams WHERE (kind, key) < (?1, ?2) ORDER BY kind DESC, key DESC LIMIT 1) i
        LEFT JOIN streams s ON s.id = i.id
        """);
    private readonly SqliteStatement _after = database.Prepare($"""
        {Columns} FROM (
            SELECT id, kind, key FROM streams WHERE (kind, key) > (?1, ?2) ORDER BY kind, key LIMIT 1) i
        LEFT JOIN streams s ON s.id = i.id
        """);
    private readonly SqliteStatement _walk = database.Prepare("""
        SELECT s.id, s.kind, s.key, (SELECT i.id FROM streams i WHERE i.kind = s.kind AND i.key = s.key)
        FROM streams s WHERE s.id > ?1 ORDER BY s.id LIMIT ?2
        """);

    /// <summary>Refuses to take a stream that was not found for one that never was, where the index beside its place is damaged.
    /// </summary>
    /// <exception cref="JournalDamagedException">It is.</exception>
    public void RequireAbsent(EntityId entity)
    {
        RequireIntact(_before, entity);
        RequireIntact(_after, entity);
    }

    /// <summary>Looks some streams up by their names, in the order of the table.</summary>
    /// <param name="after">The place up to which that was done; 0 at first.</param>
    /// <param name="limit">Most streams to look up; at least 1.</param>
    /// <returns>The place reached; null at the end.</returns>
    /// <exception cref="JournalDamagedException">One is not found.</exception>
    public long? Check(long after, int limit)
    {
        try
        {
            _walk.Bind(1, after).Bind(2, limit);
            var seen = 0;
            for (; _walk.Step(); seen++)
            {
                after = _walk.Int64(0);
                if (_walk.NullableInt64(3) != after)
                {
                    throw Damaged($"{(EntityKind)_walk.Int64(1)} {_walk.Text(2)} is not found by its name");
                }
            }

            return seen < limit ? null : after;
        }
        finally
        {
            _walk.Reset();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _before.Dispose();
        _after.Dispose();
        _walk.Dispose();
    }

    private static void RequireIntact(SqliteStatement neighbour, EntityId entity)
    {
        try
        {
            if (neighbour.Bind(1, (long)entity.Kind).Bind(2, entity.Key).Step()
                && (neighbour.NullableInt64(2) != neighbour.Int64(0) || neighbour.Text(1) != neighbour.Text(3)))
            {
                throw Damaged($"the name beside the place of {entity} is not that of its stream");
            }
        }
        finally
        {
            neighbour.Reset();
        }
    }

    private static JournalDamagedException Damaged(string what) =>
        new($"The index of the journal is damaged: {what}. {JournalAdvice.RestoreAll}");
}
