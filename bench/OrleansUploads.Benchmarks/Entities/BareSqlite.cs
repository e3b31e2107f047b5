using SQLitePCL;

namespace OrleansUploads.Benchmarks.Entities;

/// <summary>The minimum cost of a durable row: one prepared insert, with any number of rows in a transaction.</summary>
/// <remarks>The pragmas are those of the journal. Its checksums, chains, index and callers are missing.</remarks>
internal sealed class BareSqlite : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _begin;
    private readonly sqlite3_stmt _insert;
    private readonly sqlite3_stmt _commit;

    static BareSqlite() => Batteries_V2.Init();

    public BareSqlite(string path)
    {
        Check(raw.sqlite3_open_v2(
            path,
            out _database,
            raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX,
            null));
        Check(raw.sqlite3_exec(
            _database,
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 4000;
            PRAGMA journal_size_limit = 67108864;
            PRAGMA cache_size = -32768;
            CREATE TABLE reports(
                id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, version INTEGER NOT NULL, payload BLOB NOT NULL);
            """));
        _begin = Prepare("BEGIN IMMEDIATE");
        _insert = Prepare("INSERT INTO reports(stream, version, payload) VALUES (?1, ?2, ?3)");
        _commit = Prepare("COMMIT");
    }

    /// <summary>Inserts rows in batches. All are durable on return.</summary>
    public void Insert(int rows, int batchRows, ReadOnlySpan<byte> payload)
    {
        for (var first = 0; first < rows; first += batchRows)
        {
            Run(_begin);
            for (var row = first; row < Math.Min(rows, first + batchRows); row++)
            {
                Check(raw.sqlite3_bind_int64(_insert, 1, 1));
                Check(raw.sqlite3_bind_int64(_insert, 2, row));
                Check(raw.sqlite3_bind_blob(_insert, 3, payload));
                Run(_insert);
            }

            Run(_commit);
        }
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _begin, _insert, _commit })
        {
            statement.Dispose();
        }

        _database.Dispose();
    }

    private sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return statement;
    }

    private void Run(sqlite3_stmt statement)
    {
        Check(raw.sqlite3_step(statement));
        Check(raw.sqlite3_reset(statement));
    }

    private void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw new InvalidOperationException($"SQLite: {raw.sqlite3_errmsg(_database).utf8_to_string()}");
        }
    }
}
