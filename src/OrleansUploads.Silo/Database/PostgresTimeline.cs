using System.Globalization;
using Npgsql;

namespace OrleansUploads.Silo.Database;

/// <summary>The newest timeline of the database that this process has seen. PostgreSQL begins a new one whenever a standby is promoted,
/// so a primary with an older timeline has been replaced, and what it answers is outdated.</summary>
internal sealed class PostgresTimeline
{
    /// <summary>The SQL expression of the file to which the primary writes. Its name begins with the timeline. It fails on a
    /// standby.</summary>
    public const string WalFile = "pg_walfile_name(pg_current_wal_insert_lsn())";

    private const int HexDigits = 8;

    private readonly Lock _gate = new();
    private long? _system;
    private uint _newest;

    /// <summary>The newest timeline, or 0 if none is known.</summary>
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

    /// <summary>Whether a server may be one of this database, by its system identifier.</summary>
    public bool IsOf(long system)
    {
        lock (_gate)
        {
            return _system is null || _system == system;
        }
    }

    /// <summary>Returns the timeline in the name of a WAL file.</summary>
    public static uint Parse(string walFile) =>
        uint.Parse(walFile.AsSpan(0, HexDigits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Remembers what a primary reports about itself.</summary>
    /// <returns>Whether the timeline is newer than all that were known before, and not the first one.</returns>
    /// <exception cref="NpgsqlException">Another primary has replaced this one, or it has another database.</exception>
    public bool Learn(string server, long system, uint timeline)
    {
        lock (_gate)
        {
            if (!IsOf(system))
            {
                throw new NpgsqlException(
                    $"{server} has another database than before (system identifier {system} instead of {_system}).");
            }

            Require(server, timeline);
            var isNewer = _newest != 0 && timeline > _newest;
            (_system, _newest) = (system, timeline);
            return isNewer;
        }
    }

    /// <summary>Checks that an answer comes from the newest timeline.</summary>
    /// <exception cref="NpgsqlException">Another primary has replaced the one that answered.</exception>
    public void Require(string server, uint timeline)
    {
        if (timeline < Newest)
        {
            throw new NpgsqlException(
                $"{server} is an old primary: its timeline is {timeline}, and the database is on timeline {Newest}. Its answers are not used.");
        }
    }
}
