using SQLitePCL;

namespace OrleansUploads.Engine.Sqlite;

public static class SqliteLibrary
{
    /// <summary>The lowest version that the journal accepts, as SQLite numbers it: 3.51.3. Earlier ones can damage a database when one
    /// connection restarts the write-ahead log while another one copies it into the database (sqlite.org/wal.html, section 11).</summary>
    internal const int LowestNumber = 3_051_003;

    static SqliteLibrary() => Batteries_V2.Init();

    public static string Version => raw.sqlite3_libversion().utf8_to_string();

    /// <summary>Refuses a library that is too old.</summary>
    /// <exception cref="NotSupportedException">The version is lower than <see cref="LowestNumber"/>.</exception>
    internal static void Require(int number)
    {
        if (number < LowestNumber)
        {
            throw new NotSupportedException(
                $"SQLite {Text(number)} may damage the journal. Install the program with the library that it brings (e_sqlite3), "
                + $"or replace the library by version {Text(LowestNumber)} or later.");
        }
    }

    /// <summary>Refuses the loaded library if it is too old.</summary>
    /// <exception cref="NotSupportedException">Its version is lower than <see cref="LowestNumber"/>.</exception>
    internal static void Require() => Require(raw.sqlite3_libversion_number());

    private static string Text(int number) => $"{number / 1_000_000}.{number / 1_000 % 1_000}.{number % 1_000}";
}
