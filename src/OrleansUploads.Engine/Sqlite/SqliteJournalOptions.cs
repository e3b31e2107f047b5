using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>Options of a <see cref="SqliteJournal"/>.</summary>
public sealed record SqliteJournalOptions
{
    /// <summary>Number of threads that read, each with its own connection; at least 1.</summary>
    public int ReaderThreads { get; init; } = 2;

    /// <summary>Maximum number of queued writes, and of queued reads. When a queue is full, callers wait. At least
    /// 1.</summary>
    public int QueueCapacity { get; init; } = 4096;

    /// <summary>Maximum size of the database file in bytes, rounded down to whole pages, or null for no limit. When it is
    /// reached, appends fail as on a full disk.</summary>
    public long? MaxDatabaseBytes { get; init; }

    /// <summary>Makes the mark and the names in the folder durable. SQLite flushes the database itself.</summary>
    public IDiskFlush Flush { get; init; } = SystemFlush.Instance;

    /// <summary>The size of the write-ahead log, in bytes, from which it is moved into the database file. While readers are active, it
    /// grows beyond that. A longer log makes restarts slower and hardly makes writes faster.</summary>
    public long LogBytes { get; init; } = 4000 * JournalSchema.PageBytes;

    /// <summary>Called when a write found the disk full. Releases some reserved room, and returns whether there was any.</summary>
    public Func<bool>? OnFull { get; init; }

    /// <summary>Called once when the disk has failed and nothing more is served.</summary>
    public Action<Exception>? OnFailure { get; init; }

    /// <summary>SQLite's <c>synchronous</c>. Anything below FULL loses acknowledged records in a power cut. Tests set it to
    /// verify that they detect the loss.</summary>
    internal string Synchronous { get; init; } = "FULL";
}
