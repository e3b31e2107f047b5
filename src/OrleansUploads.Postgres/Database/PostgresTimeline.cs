using System.Globalization;
using Npgsql;

namespace OrleansUploads.Postgres.Database;

/// <summary>The newest timeline of the database that this process has seen. PostgreSQL begins a new one whenever a standby is promoted,
/// so a primary with an older timeline has been replaced, and what it answers is outdated.</summary>
internal sealed class PostgresTimeline
{
    /// <summary>The SQL expression of the file to which the primary writes. Its name begins with the timeline. It fails on a
    /// standby.</summary>
    public const string WalFile = "pg_walfile_name(pg_current_wal_insert_lsn())";

    private const int HexDigits = 8;

    private readonly Lock _gate = new();
    private DatabaseId? _database;
    private uint _newest;

    /// <summary>0 if none is known.</summary>
    public uint Newest
    {
        get
        {
            lock (_gate)
            {
                return _newest;
            }
        }
    }

    /// <summary>Null if no primary has answered yet.</summary>
    public DatabaseId? Database
    {
        get
        {
            lock (_gate)
            {
                return _database;
            }
        }
    }

    public bool IsOf(DatabaseId database) => Database is not { } known || known == database;

    /// <summary>Returns the timeline in the name of a WAL file.</summary>
    public static uint Parse(string walFile) =>
        uint.Parse(walFile.AsSpan(0, HexDigits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Remembers what a primary reports about itself.</summary>
    /// <returns>Whether the timeline is newer than all that were known before, and not the first one.</returns>
    /// <exception cref="NpgsqlException">Another primary has replaced this one, or it has another database.</exception>
    public bool Learn(string server, DatabaseId database, uint timeline)
    {
        lock (_gate)
        {
            if (!IsOf(database))
            {
                throw new NpgsqlException($"{server} now serves a different database ({database} instead of {_database}).");
            }

            Require(server, timeline);
            var isNewer = _newest != 0 && timeline > _newest;
            (_database, _newest) = (database, timeline);
            return isNewer;
        }
    }

    /// <summary>Throws an <see cref="NpgsqlException"/> if another primary has replaced the one that answered.</summary>
    public void Require(string server, uint timeline)
    {
        if (timeline < Newest)
        {
            throw new NpgsqlException(
                $"{server} is an old primary: its timeline is {timeline}, and the database is on timeline {Newest}. Its answers are not used.");
        }
    }
}
