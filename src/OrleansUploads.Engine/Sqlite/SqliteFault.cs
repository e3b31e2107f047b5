using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;
using SQLitePCL;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>SQLite refused or failed to do something. Never leaves this folder: the port's exceptions do.</summary>
internal sealed class SqliteFault : Exception
{
    // Nothing is lost of what was only read, nor where memory is short.
    private const int ReadFailed = 266;
    private const int ReadTooShort = 522;
    private const int OutOfMemory = 3082;

    // The index of the write-ahead log is made anew at each opening and never flushed. SQLite keeps no error number for it.
    private const int IndexNotOpened = 4618;
    private const int IndexNotGrown = 4874;
    private const int IndexNotLocked = 5130;
    private const int IndexNotMapped = 5386;

    /// <summary>Holds SQLite's extended result code, its own words, and the operating system's error number.</summary>
    public SqliteFault(int code, string message, int systemError)
        : base($"SQLite {code}: {message}{(systemError == 0 ? "" : $" (error {systemError})")}")
    {
        IsDamage = (code & 0xFF) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;
        IsInputOutput = (code & 0xFF) == raw.SQLITE_IOERR && code is not (ReadFailed or ReadTooShort or OutOfMemory);
        IsDiskFailure = IsInputOutput
            && !DiskErrors.IsFull(systemError)
            && code is not (IndexNotOpened or IndexNotGrown or IndexNotLocked or IndexNotMapped);
    }

    /// <summary>Whether something could not be written, flushed or otherwise changed on the disk.</summary>
    public bool IsInputOutput { get; }

    /// <summary>Whether that was for another reason than a full disk.</summary>
    public bool IsDiskFailure { get; }

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
        "Stop the server and restore the whole journal folder from a backup. Until then what is damaged is not served; "
        + "other entities stay readable.";
}
