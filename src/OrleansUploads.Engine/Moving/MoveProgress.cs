using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Moving;

/// <summary>What of a data folder is in the cluster already. Kept in a file beside the journal, so that an interrupted move
/// continues.</summary>
/// <remarks>A stream is recorded before anything of it is written to the cluster. Otherwise a stream that ends after a crash would stay
/// in the cluster.</remarks>
internal sealed class MoveProgress : ProgressFile
{
    private readonly SqliteStatement _read;
    private readonly SqliteStatement _readBetween;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _copied;
    private readonly SqliteStatement _verified;
    private readonly SqliteStatement _removed;

    /// <summary>Opens the progress of the move of a folder, or begins one.</summary>
    /// <exception cref="IOException">The file cannot be used, or another process uses it.</exception>
    public MoveProgress(string folder)
        : base(folder, """
            CREATE TABLE streams(
                place INTEGER PRIMARY KEY,
                kind INTEGER NOT NULL,
                key TEXT NOT NULL,
                version INTEGER NOT NULL,
                verified INTEGER NOT NULL);
            """)
    {
        _read = Prepare("SELECT place, kind, key, version, verified FROM streams WHERE place > ?1 ORDER BY place LIMIT ?2");
        _readBetween = Prepare("SELECT place, kind, key, version, verified FROM streams WHERE place > ?1 AND place <= ?2");
        _begin = Prepare(
            "INSERT INTO streams VALUES (?1, ?2, ?3, 0, 0) ON CONFLICT (place) DO UPDATE SET version = 0, verified = 0");
        _copied = Prepare("UPDATE streams SET version = ?2 WHERE place = ?1");
        _verified = Prepare("UPDATE streams SET verified = ?2 WHERE place = ?1");
        _removed = Prepare("DELETE FROM streams WHERE place = ?1");
    }

    /// <summary>Lists a page of streams behind a place, in the order of their places.</summary>
    public IReadOnlyList<MovedStream> List(long after, int limit) => Run(() => ReadAll(_read.Bind(1, after).Bind(2, limit)));

    /// <summary>Lists all streams with a place after one and up to another.</summary>
    public IReadOnlyList<MovedStream> ListBetween(long after, long last) =>
        Run(() => ReadAll(_readBetween.Bind(1, after).Bind(2, last)));

    /// <summary>Records that streams are about to be written to the cluster.</summary>
    public void Begin(IEnumerable<StreamVersion> streams) => Write(
        streams, stream => _begin.Bind(1, stream.Place).Bind(2, (long)stream.Entity.Kind).Bind(3, stream.Entity.Key).Run());

    /// <summary>Records the versions that are in the cluster.</summary>
    public void Copied(IEnumerable<(long Place, long Version)> streams) =>
        Write(streams, stream => _copied.Bind(1, stream.Place).Bind(2, stream.Version).Run());

    /// <summary>Records the versions that were compared with the cluster.</summary>
    public void Verified(IEnumerable<(long Place, long Version)> streams) =>
        Write(streams, stream => _verified.Bind(1, stream.Place).Bind(2, stream.Version).Run());

    /// <summary>Records that streams are no longer in the cluster.</summary>
    public void Removed(IEnumerable<MovedStream> streams) => Write(streams, stream => _removed.Bind(1, stream.Place).Run());

    private static List<MovedStream> ReadAll(SqliteStatement statement) => statement.ReadAll(static row =>
        new MovedStream(row.Int64(0), new EntityId((EntityKind)row.Int64(1), row.Text(2)), row.Int64(3), row.Int64(4)));
}

/// <summary>A stream that is in the cluster, or may be.</summary>
/// <param name="Place">Its place in the journal.</param>
/// <param name="Entity">The entity.</param>
/// <param name="Version">The version in the cluster, or 0 if it was not completely written.</param>
/// <param name="Verified">The version that was compared, or 0.</param>
internal readonly record struct MovedStream(long Place, EntityId Entity, long Version, long Verified);
