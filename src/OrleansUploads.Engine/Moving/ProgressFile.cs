using System.Globalization;
using System.Security.Cryptography;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Moving;

/// <summary>A database in a folder that moves. It identifies the move and remembers how far it is, so that an interrupted move
/// continues.</summary>
/// <remarks>Only one process at a time can use it, so that two movers do not disturb each other. It may be on a network file system,
/// where processes cannot share the memory that SQLite otherwise needs.</remarks>
internal sealed class ProgressFile : IDisposable
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "move-progress.db";

    private const int IdBytes = 16;

    private readonly string _path;
    private readonly SqliteDatabase _database;
    private readonly List<SqliteStatement> _statements = [];

    private ProgressFile(string path, SqliteDatabase database)
    {
        _path = path;
        _database = database;
        using var id = database.Prepare("SELECT id FROM move");
        id.Step();
        Id = id.Text(0);
    }

    /// <summary>Identifies the move.</summary>
    public string Id { get; }

    /// <summary>Opens the file of a folder, or creates it with a new ID.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="tables">The SQL that creates the tables of a new file.</param>
    /// <exception cref="IOException">The file cannot be used, or another process uses it.</exception>
    public static ProgressFile Open(string folder, string tables)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            new FileStream(path, OwnerOnly.NewFile()).Dispose();
        }

        SqliteDatabase? database = null;
        try
        {
            database = SqliteDatabase.Open(path, readOnly: false);
            database.Execute("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
            if (JournalSchema.IsNew(database))
            {
                var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
                database.Execute(string.Create(CultureInfo.InvariantCulture, $"""
                    BEGIN IMMEDIATE;
                    CREATE TABLE move(id TEXT NOT NULL);
                    {tables}
                    INSERT INTO move VALUES ('{id}');
                    COMMIT;
                    """));
                SystemFlush.Instance.RequireDirectory(folder);
            }

            return new ProgressFile(path, database);
        }
        catch (SqliteFault fault)
        {
            database?.Dispose();
            throw Unusable(path, fault);
        }
        catch
        {
            database?.Dispose();
            throw;
        }
    }

    /// <summary>Compiles a statement for repeated use. It is disposed with the file.</summary>
    public SqliteStatement Prepare(string sql)
    {
        var statement = Run(() => _database.Prepare(sql));
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Runs a query.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public T Run<T>(Func<T> query)
    {
        try
        {
            return query();
        }
        catch (SqliteFault fault)
        {
            throw Unusable(_path, fault);
        }
    }

    /// <summary>Runs a statement for each of several items, all in one transaction.</summary>
    /// <exception cref="IOException">Nothing was written.</exception>
    public void Write<T>(IEnumerable<T> items, Action<T> write) => Run(() =>
    {
        _database.Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (var item in items)
            {
                write(item);
            }
        }
        catch
        {
            if (_database.InTransaction)
            {
                _database.Execute("ROLLBACK");
            }

            throw;
        }

        _database.Execute("COMMIT");
        return true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _statements.ForEach(static statement => statement.Dispose());
        _database.Dispose();
    }

    private static IOException Unusable(string path, SqliteFault fault) => new(
        $"{path} cannot be used: {fault.Message.TrimEnd('.')}. If another process is moving this folder, wait until it has ended.", fault);
}
