using System.Runtime.InteropServices;
using SQLitePCL;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The operating system's error number behind a failure of SQLite.</summary>
/// <remarks>SQLite's own <c>sqlite3_system_errno</c> is not told of a commit that failed. But each open file remembers its last
/// error, and can be asked for it.</remarks>
internal static unsafe partial class SqliteSystemError
{
    // All from sqlite3.h.
    private const int FilePointer = 7;
    private const int LastError = 4;
    private const int LogPointer = 28;
    private const int FileControlMethod = 10;

    /// <summary>The last error of the write-ahead log, or else of the database file; 0 for none.</summary>
    public static int Of(sqlite3 database) =>
        Ask(database, LogPointer) is var error and not 0 ? error : Ask(database, FilePointer);

    private static int Ask(sqlite3 database, int pointer)
    {
        nint file = 0;
        if (database.IsInvalid || FileControl(database, "main", pointer, ref file) != raw.SQLITE_OK || file == 0)
        {
            return 0;
        }

        // A file begins with a pointer to its methods, and those with their version; null while it is not open.
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
