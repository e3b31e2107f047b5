using System.Runtime.InteropServices;
using OrleansUploads.Engine.Disk;
using SQLitePCL;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>A failure reported by SQLite. It never leaves this folder; callers get the port's exceptions.</summary>
internal sealed class SqliteFault : Exception
{
    // Failed reads and a lack of memory lose no data.
    private const int ReadFailed = 266;
    private const int ReadTooShort = 522;
    private const int OutOfMemory = 3082;

    // The index of the write-ahead log is rebuilt at each opening and never flushed. SQLite keeps no error number for it; it does not
    // grow if the disk is full.
    private const int IndexNotOpened = 4618;
    private const int IndexNotGrown = 4874;
    private const int IndexNotLocked = 5130;
    private const int IndexNotMapped = 5386;

    public SqliteFault(int code, string message, int systemError)
        : base($"SQLite {code}: {message}{(systemError == 0 ? "" : $" (error {systemError})")}")
    {
        IsDamage = (code & 0xFF) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;
        IsInputOutput = (code & 0xFF) == raw.SQLITE_IOERR && code is not (ReadFailed or ReadTooShort or OutOfMemory);
        IsDiskFull = (code & 0xFF) == raw.SQLITE_FULL || code == IndexNotGrown || DiskErrors.IsFull(systemError);
        IsDiskFailure = IsInputOutput
            && !DiskErrors.IsFull(systemError)
            && code is not (IndexNotOpened or IndexNotGrown or IndexNotLocked or IndexNotMapped);
    }

    /// <summary>Whether a write, flush or other change on the disk failed.</summary>
    public bool IsInputOutput { get; }

    public bool IsDiskFull { get; }

    /// <summary>Whether a change on the disk failed for another reason than a full disk.</summary>
    public bool IsDiskFailure { get; }

    /// <summary>Whether SQLite found its file malformed. Repeating the call does not help.</summary>
    public bool IsDamage { get; }

    /// <summary>Like <see cref="IsDiskFull"/>, for any exception.</summary>
    public static bool IsFullDisk(Exception failure) =>
        failure is SqliteFault { IsDiskFull: true } || (failure is IOException error && DiskErrors.IsFull(error));

    /// <summary>The exception for callers of the journal; <paramref name="attempted"/> says what was attempted.</summary>
    public static Exception ToJournalException(Exception failure, string attempted) => failure switch
    {
        JournalDamagedException or JournalUnavailableException => failure,
        SqliteFault { IsDamage: true } =>
            new JournalDamagedException($"{attempted}: the database file is malformed. {JournalAdvice.RestoreAll}", failure),
        _ => new JournalUnavailableException($"{attempted}: {failure.Message.TrimEnd('.')}.", failure)
        {
            IsDiskFull = IsFullDisk(failure),
        },
    };
}

internal static class JournalAdvice
{
    /// <summary>What to do about damage to parts that all streams share.</summary>
    public const string RestoreAll = "Stop the server and restore the whole journal folder from a backup.";

    /// <summary>What to do about damage that is limited to the entity that the message names.</summary>
    public const string Restore =
        "Stop the server and restore the whole journal folder from a backup. Until then damaged entities are not served; "
        + "others stay available.";
}

/// <summary>The operating system's error number behind a failure of SQLite.</summary>
/// <remarks><c>sqlite3_system_errno</c> does not cover failed commits, but each open file remembers its last
/// error.</remarks>
internal static unsafe partial class SqliteSystemError
{
    // Constants from sqlite3.h.
    private const int FilePointer = 7;
    private const int LastError = 4;
    private const int LogPointer = 28;
    private const int FileControlMethod = 10;

    /// <summary>Returns the last error of the write-ahead log, otherwise of the database file, or 0 for none.</summary>
    public static int Of(sqlite3 database) =>
        LastErrorOf(database, LogPointer) is var error and not 0 ? error : LastErrorOf(database, FilePointer);

    private static int LastErrorOf(sqlite3 database, int pointer)
    {
        nint file = 0;
        if (database.IsInvalid || FileControl(database, "main", pointer, ref file) != raw.SQLITE_OK || file == 0)
        {
            return 0;
        }

        // A file starts with a pointer to its method table, which starts with its version. The pointer is null while the
        // file is not open.
        nint* methods = *(nint**)file;
        var error = 0;
        if (methods is not null)
        {
            ((delegate* unmanaged[Cdecl]<nint, int, int*, int>)methods[FileControlMethod])(file, LastError, &error);
        }

        return error;
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileControl(sqlite3 database, string name, int operation, ref nint argument);
}
