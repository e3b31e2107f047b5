namespace OrleansUploads.Engine.Sqlite;

/// <summary>Checks that streams are found by their names. A stream that is not found looks as if it never existed, and its
/// bytes would be collected as unowned.</summary>
/// <remarks>SQLite keeps no checksums of its pages, so it does not notice a changed name in its index of names. But each
/// name is stored both in the table and in the index, so damage makes the two differ. A search that a changed name misleads
/// ends next to that name, because all other names on the way are correct. Therefore, if a name is not found, its two
/// neighbours are compared with the table; the cost does not depend on the number of streams. Other damage, such as a
/// missing index page, is detected by a walk through all streams.</remarks>
internal sealed class StreamNames(SqliteDatabase database)
{
    /// <summary>Lists streams by their numbers after ?1, at most ?2, each with the number that a search by name finds.</summary>
    public const string Walk = """
        SELECT s.id, s.kind, s.key, (SELECT i.id FROM streams i WHERE i.kind = s.kind AND i.key = s.key)
        FROM streams s WHERE s.id > ?1 ORDER BY s.id LIMIT ?2
        """;

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
    private readonly SqliteStatement _walk = database.Prepare(Walk);

    /// <summary>Verifies that a stream that was not found does not exist, by checking the index entries next to its
    /// place.</summary>
    /// <exception cref="JournalDamagedException">The index is damaged next to the stream's place.</exception>
    public void RequireAbsent(EntityId entity)
    {
        RequireIntact(_before, entity);
        RequireIntact(_after, entity);
    }

    /// <summary>Looks up a page of streams by their names, in table order. Places are as in <see cref="StreamVersion"/>; 0
    /// is before the first.</summary>
    /// <returns>The place reached; null after the last stream.</returns>
    public long? Check(long after, int limit)
    {
        using var reset = _walk.ResetAtEnd();
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

    private static void RequireIntact(SqliteStatement neighbour, EntityId entity)
    {
        using var reset = neighbour.ResetAtEnd();
        if (neighbour.Bind(1, (long)entity.Kind).Bind(2, entity.Key).Step()
            && (neighbour.NullableInt64(2) != neighbour.Int64(0) || neighbour.Text(1) != neighbour.Text(3)))
        {
            throw Damaged($"the index entry next to {entity} has the wrong name");
        }
    }

    private static JournalDamagedException Damaged(string what) =>
        new($"The index of the journal is damaged: {what}. {JournalAdvice.RestoreAll}");
}
