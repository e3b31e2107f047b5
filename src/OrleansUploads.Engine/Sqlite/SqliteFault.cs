using OrleansUploads.Engine.Ports;
using SQLitePCL;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>SQLite refused or failed to do something. Never leaves this folder: the port's exceptions do.</summary>
internal sealed class SqliteFault : Exception
{
    /// <summary>Holds SQLite's extended result code and its own words.</summary>
    public SqliteFault(int code, string message)
        : base($"SQLite {code}: {message}")
    {
        IsDamage = (code & 0xFF) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;
    }

    /// <summary>Whether SQLite found its file malformed, so that trying again cannot help.</summary>
    public bool IsDamage { get; }

    /// <summary>What the caller of the journal is to see.</summary>
    public Exception ToJournalException(string attempted) => IsDamage
        ? new JournalDamagedException($"{attempted}: the database file is malformed. {JournalAdvice.Restore}", this)
        : new JournalUnavailableException($"{attempted}: {Message}.", this);
}

/// <summary>What an operator can do, said once.</summary>
internal static class JournalAdvice
{
    /// <summary>For damage to what all streams share.</summary>
    public const string RestoreAll = "Stop the server and restore the whole journal folder from a backup.";

    /// <summary>For damage that stays within what is named in the message.</summary>
    public const string Restore =
        "Stop the server and restore the whole journal folder from a backup. Until then what is damaged is not served; " +
        "other entities stay readable.";
}
