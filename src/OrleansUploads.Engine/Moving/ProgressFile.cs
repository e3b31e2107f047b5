using System.Globalization;
using System.Security.Cryptography;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Moving;

/// <summary>A database in a folder that moves. It identifies the move and remembers how far it is, so that an interrupted move
/// continues.</summary>
/// <remarks>Only one process at a time can use it, so that two movers do not disturb each other. It may be on a network file system,
/// where processes cannot share the memory that SQLite otherwise needs.</remarks>
internal abstract class ProgressFile : IDisposable
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "move-progress.db";

    private const int IdBytes = 16;

    private readonly string _path;
    private readonly SqliteDatabase _database;

    /// <summary>Opens the file of a folder, or creates it with a new ID and these tables.</summary>
    /// <exception cref="IOException">The file cannot be used, or another process uses it.</exception>
    protected ProgressFile(string folder, string tables)
    {
        _path = Path.Combine(folder, FileName);
        if (!File.Exists(_path))
        {
            new FileStream(_path, OwnerOnly.NewFile()).Dispose();
        }

        _database = Run(() => SqliteDatabase.Open(_path, readOnly: false));
        try
        {
            Id = Run(() => FindOrMakeId(folder, tables));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Identifies the move, from its beginning to its end.</summary>
    public string Id { get; }

    public void Dispose() => _database.Dispose();

    /// <summary>Compiles a statement for repeated use. It is disposed with the file. If that fails, so is the file.</summary>
    protected SqliteStatement Prepare(string sql)
    {
        try
        {
            return Run(() => _database.Prepare(sql));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs a query.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    protected T Run<T>(Func<T> query)
    {
        try
        {
            return query();
        }
        catch (SqliteFault fault)
        {
            throw new IOException(
                $"{_path} cannot be used: {fault.Message.TrimEnd('.')}. If another process is moving this folder, wait until it has ended.",
                fault);
        }
    }

    /// <summary>Runs a statement for each of several items, all in one transaction.</summary>
    /// <exception cref="IOException">Nothing was written.</exception>
    protected void Write<T>(IEnumerable<T> items, Action<T> write) => Run(() =>
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

    private string FindOrMakeId(string folder, string tables)
    {
        _database.Execute("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        if (JournalSchema.IsNew(_database))
        {
            var made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
            _database.Execute(string.Create(CultureInfo.InvariantCulture, $"""
                BEGIN IMMEDIATE;
                CREATE TABLE move(id TEXT NOT NULL);
                {tables}
                INSERT INTO move VALUES ('{made}');
                COMMIT;
                """));
            SystemFlush.Instance.RequireDirectory(folder);
        }

        using var id = _database.Prepare("SELECT id FROM move");
        id.Step();
        return id.Text(0);
    }
}
