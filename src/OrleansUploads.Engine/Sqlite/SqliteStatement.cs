using SQLitePCL;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>A compiled statement. As in SQLite, parameters are numbered from 1 and columns from 0.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt statement) : IDisposable
{
    public SqliteStatement Bind(int parameter, long value)
    {
        database.Check(raw.sqlite3_bind_int64(statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, long? value)
    {
        if (value is { } present)
        {
            return Bind(parameter, present);
        }

        database.Check(raw.sqlite3_bind_null(statement, parameter));
        return this;
    }

    public SqliteStatement Bind(int parameter, string value)
    {
        database.Check(raw.sqlite3_bind_text(statement, parameter, value));
        return this;
    }

    /// <summary>Binds a copy of the bytes.</summary>
    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        // An empty span has no address, and SQLite treats a blob without an address as NULL.
        database.Check(value.IsEmpty
            ? raw.sqlite3_bind_zeroblob(statement, parameter, 0)
            : raw.sqlite3_bind_blob(statement, parameter, value));
        return this;
    }

    /// <summary>Moves to the next row, and returns whether there is one.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
        database.Check(code);
        return code == raw.SQLITE_ROW;
    }

    public void Run()
    {
        using var reset = ResetAtEnd();
        Step();
    }

    public List<T> ReadAll<T>(Func<SqliteStatement, T> read)
    {
        using var reset = ResetAtEnd();
        var rows = new List<T>();
        while (Step())
        {
            rows.Add(read(this));
        }

        return rows;
    }

    /// <summary>Resets the statement when the result is disposed. This ends the run and releases SQLite's read lock.</summary>
    public PendingReset ResetAtEnd() => new(this);

    public long Int64(int column) => raw.sqlite3_column_int64(statement, column);

    public long? NullableInt64(int column) =>
        raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL ? null : Int64(column);

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

    /// <summary>The bytes in a column; valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose() => statement.Dispose();

    // The result is ignored: SQLite repeats a failure of the run, which was already thrown.
    private void Reset() => _ = raw.sqlite3_reset(statement);

    public readonly struct PendingReset(SqliteStatement statement) : IDisposable
    {
        public void Dispose() => statement.Reset();
    }
}
