using SQLitePCL;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>One SQLite connection, used by one thread at a time.</summary>
/// <remarks>It uses the C API instead of ADO.NET: an append is a single bound statement, for which the layers of ADO.NET
/// cost more than SQLite itself.</remarks>
internal sealed class SqliteDatabase : IDisposable
{
    private const int BusyTimeoutMilliseconds = 5_000;

    // From sqlite3.h; the binding lacks it.
    private const int NoCheckpointOnClose = 1006;

    private readonly sqlite3 _handle;
    private readonly List<SqliteStatement> _statements = [];

    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(sqlite3 handle) => _handle = handle;

    /// <summary>Whether a transaction is open. SQLite ends a transaction itself after some failures.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Opens a file. Creates it if it does not exist, unless it is opened for reading.</summary>
    public static SqliteDatabase Open(string path, bool readOnly)
    {
        // Each connection is used by one thread, so SQLite's mutexes are not needed.
        return Open(path, raw.SQLITE_OPEN_NOMUTEX
            | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE));
    }

    /// <summary>Opens a file that nothing changes, without the files that SQLite otherwise creates beside it. Ignores a write-ahead
    /// log.</summary>
    public static SqliteDatabase OpenFrozen(string path) => Open(
        $"file:{Uri.EscapeDataString(Path.GetFullPath(path))}?immutable=1",
        raw.SQLITE_OPEN_NOMUTEX | raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI);

    private static SqliteDatabase Open(string path, int flags)
    {
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var database = new SqliteDatabase(handle);
        try
        {
            database.Check(code);
            database.Check(raw.sqlite3_extended_result_codes(handle, 1));
            database.Check(raw.sqlite3_busy_timeout(handle, BusyTimeoutMilliseconds));
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Whether closing the last connection moves the write-ahead log into the file and deletes it.</summary>
    public void SetCheckpointOnClose(bool enabled) =>
        Check(raw.sqlite3_db_config(_handle, NoCheckpointOnClose, enabled ? 0 : 1, out _));

    /// <summary>Moves the write-ahead log into the file as far as its readers allow, so that the next transactions overwrite the log
    /// instead of making it grow.</summary>
    public void Checkpoint() => Execute("PRAGMA wal_checkpoint(PASSIVE)");

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    public long ReadInt64(string sql)
    {
        using var query = Prepare(sql);
        query.Step();
        return query.Int64(0);
    }

    /// <summary>Compiles a statement for repeated use. It is disposed with the connection at the latest.</summary>
    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out sqlite3_stmt statement));
        var prepared = new SqliteStatement(this, statement);
        _statements.Add(prepared);
        return prepared;
    }

    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw new SqliteFault(
                raw.sqlite3_extended_errcode(_handle), raw.sqlite3_errmsg(_handle).utf8_to_string(), SqliteSystemError.Of(_handle));
        }
    }

    public void Dispose()
    {
        _statements.ForEach(static statement => statement.Dispose());
        raw.sqlite3_close_v2(_handle);
    }
}
