using System.Globalization;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The stored format of the journal and the opening of its file.</summary>
/// <remarks><c>records</c> is a log with one row for each append, ordered by sequence number, so that the appends of a transaction are
/// adjacent even if they belong to many streams. Each record contains the number of the previous record of its stream. <c>streams</c>
/// is the index of the log and has the newest record of each stream. It is updated only occasionally, because an update with every
/// append would write a page for each. It is correct as of <c>journal.indexed_through</c>; newer records are in the short tail of the
/// log. <para>Snapshots have their own table, because SQLite rewrites a whole row when any part of it changes.</para></remarks>
internal static class JournalSchema
{
    public const string FileName = "journal.db";

    /// <summary>Size of a page of the file, in bytes.</summary>
    public const int PageBytes = 4096;

    // "OULJ". It distinguishes the journal from other programs' databases.
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

    /// <summary>Opens the only connection that writes. Nothing is written yet: if the folder is refused, it must stay
    /// unchanged for examination and repair.</summary>
    /// <exception cref="NotSupportedException">The file was created by a newer version or by another program.</exception>
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

    /// <summary>Reads the number of the newest change in the file, or 0 if there are no tables yet.</summary>
    public static long ReadSequence(SqliteDatabase database) =>
        IsNew(database) ? 0 : database.ReadInt64("SELECT sequence FROM journal");

    /// <summary>Creates the write-ahead log if it is missing. Its name is not durable yet.</summary>
    public static void MakeLog(SqliteDatabase database)
    {
        if (database.ReadInt64("PRAGMA page_count") == 0)
        {
            // SQLite writes the first page under a rollback journal. If its deletion were lost in a power cut, SQLite would empty the
            // database again.
            database.Execute("PRAGMA journal_mode = MEMORY");
        }

        // The first read in the new mode creates the file.
        database.Execute("PRAGMA journal_mode = WAL");
        IsNew(database);
    }

    /// <summary>Sets the connection's durability and cache sizes, and creates missing tables.</summary>
    public static void Prepare(SqliteDatabase database, SqliteJournalOptions options)
    {
        database.Execute($"PRAGMA synchronous = {options.Synchronous}");
        var logPages = Math.Max(1, options.LogBytes / PageBytes);
        database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA wal_autocheckpoint = {logPages}"));
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

        // SQLite drops the write-ahead log of an empty file. Therefore the file must have a page on the disk before anything
        // is acknowledged, even if an earlier process created it, because its flush may have failed.
        if (ReadSequence(database) == 0)
        {
            database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    /// <summary>Opens a connection that only reads.</summary>
    /// <param name="ignoresLog">False if the writing connection is open or SQLite can create files beside the database. True
    /// if nothing changes the folder and the write-ahead log is empty.</param>
    public static SqliteDatabase OpenForReading(string path, bool ignoresLog = false)
    {
        var database = ignoresLog ? SqliteDatabase.OpenFrozen(path) : SqliteDatabase.Open(path, readOnly: true);
        database.Execute("PRAGMA cache_size = -8192");
        database.Execute("PRAGMA cell_size_check = ON");
        return database;
    }

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
                $"{path} has format {version}, but this version supports only formats up to {FormatVersion}. Use a newer version.");
        }
    }

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
