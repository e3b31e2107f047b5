using System.Runtime.InteropServices;
using SQLitePCL;

namespace OrleansUploads.Engine.Sqlite;

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

    /// <summary>Returns the last error of the write-ahead log, otherwise that of the database file, or 0 for none.</summary>
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
