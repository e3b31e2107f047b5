using System.Globalization;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The stored format of the journal, and how its file is opened.</summary>
/// <remarks>
/// <c>records</c> is a log: one row for each append, in the order of their sequence numbers, so that the appends of a
/// transaction land side by side however many streams they belong to. Each record names the one before it in its
/// stream. <c>streams</c> is the index over the log: the newest record of each stream, brought up to date only now and
/// then, because to write it with every append would cost a page of I/O for each. It is right as of
/// <c>journal.indexed_through</c>; what is newer is found in the short tail of the log.
/// <para>Snapshots have a table of their own, for SQLite rewrites a row in full when a part of it changes.</para>
/// </remarks>
internal static class JournalSchema
{
    /// <summary>The database file's name within the journal's folder.</summary>
    public const string FileName = "journal.db";

    private const int PageBytes = 4096;

    // "OULJ", so that another program's database is not taken for ours.
    private const long ApplicationId = 0x4F554C4A;
    private const long FormatVersion = 1;

    private const string Tables = """
        CREATE TABLE journal(
            id INTEGER PRIMARY KEY CHECK (id = 1),
            sequence INTEGER NOT NULL,
            indexed_through INTEGER NOT NULL,
            crc INTEGER NOT NULL);
        CREATE TABLE streams(
            id INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            key TEXT NOT NULL,
            version INTEGER NOT NULL,
            last INTEGER NOT NULL,
            wake_at INTEGER,
            crc INTEGER NOT NULL,
            UNIQUE (kind, key));
        CREATE INDEX streams_by_wake ON streams(wake_at) WHERE wake_at IS NOT NULL;
        CREATE TABLE records(
            sequence INTEGER PRIMARY KEY,
            stream INTEGER NOT NULL,
            version INTEGER NOT NULL,
            previous INTEGER NOT NULL,
            crc INTEGER NOT NULL,
            payload BLOB NOT NULL);
        CREATE TABLE snapshots(
            stream INTEGER PRIMARY KEY,
            version INTEGER NOT NULL,
            crc INTEGER NOT NULL,
            payload BLOB NOT NULL);
        """;

    /// <summary>Opens the one connection that writes. Nothing is written yet: a folder that is refused must be left as it
    /// was found, for whoever examines or repairs it.</summary>
    /// <exception cref="NotSupportedException">The file was made by a newer version, or by something else.</exception>
    public static SqliteDatabase OpenForWriting(string path)
    {
        var database = SqliteDatabase.Open(path, readOnly: false);
        try
        {
            database.SetCheckpointOnClose(false);
            database.Execute("PRAGMA cell_size_check = ON");
            RequireOurs(database, path);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Number of the newest change in the file; 0 where there are no tables yet.</summary>
    public static long ReadSequence(SqliteDatabase database) =>
        IsNew(database) ? 0 : database.ReadInt64("SELECT sequence FROM journal");

    /// <summary>Makes the connection durable and the tables where there are none.</summary>
    public static void Prepare(SqliteDatabase database, SqliteJournalOptions options)
    {
        database.Execute("PRAGMA journal_mode = WAL");
        database.Execute($"PRAGMA synchronous = {options.Synchronous}");
        database.Execute("PRAGMA wal_autocheckpoint = 4000");
        database.Execute("PRAGMA journal_size_limit = 67108864");
        database.Execute("PRAGMA cache_size = -32768");
        if (options.MaxDatabaseBytes is { } bytes)
        {
            var pages = Math.Max(1, bytes / PageBytes);
            database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));
        }

        if (IsNew(database))
        {
            CreateTables(database);
        }

        // SQLite drops the write-ahead log of an empty file. So before anything is acknowledged the file itself has to have a
        // page on the disk; also where an earlier process made it, and its flush failed.
        if (ReadSequence(database) == 0)
        {
            database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    /// <summary>Opens a connection that only reads; the writing one must be open.</summary>
    public static SqliteDatabase OpenForReading(string path)
    {
        var database = SqliteDatabase.Open(path, readOnly: true);
        database.Execute("PRAGMA cache_size = -8192");
        database.Execute("PRAGMA cell_size_check = ON");
        return database;
    }

    /// <summary>Refuses a file that another program or a newer version made.</summary>
    /// <exception cref="NotSupportedException">It is such a file.</exception>
    public static void RequireOurs(SqliteDatabase database, string path)
    {
        var application = database.ReadInt64("PRAGMA application_id");
        var version = database.ReadInt64("PRAGMA user_version");
        if (!IsNew(database) && application != ApplicationId)
        {
            throw new NotSupportedException($"{path} is not a journal of OrleansUploads.");
        }

        if (version > FormatVersion)
        {
            throw new NotSupportedException(
                $"{path} has format {version}; this version reads up to format {FormatVersion}. Use the newer version.");
        }
    }

    /// <summary>Whether there are no tables yet.</summary>
    public static bool IsNew(SqliteDatabase database) => database.ReadInt64("SELECT count(*) FROM sqlite_master") == 0;

    private static void CreateTables(SqliteDatabase database)
    {
        var identity = string.Create(
            CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {FormatVersion};");
        var counters = string.Create(
            CultureInfo.InvariantCulture, $"INSERT INTO journal VALUES (1, 0, 0, {RecordChecksum.OfCounters(0, 0)});");
        database.Execute($"BEGIN IMMEDIATE; {Tables} {counters} {identity} COMMIT;");
    }
}
