using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>How much a <see cref="SqliteJournal"/> may take of the machine.</summary>
public sealed record SqliteJournalOptions
{
    /// <summary>Threads that read, each with its own connection; at least 1.</summary>
    public int ReaderThreads { get; init; } = 2;

    /// <summary>Most writes, and most reads, that wait in memory before callers are made to wait; at least 1.</summary>
    public int QueueCapacity { get; init; } = 4096;

    /// <summary>Most bytes the database file may grow to, rounded down to whole pages; null for as many as the disk has.
    /// When it is reached, appends fail as on a full disk.</summary>
    public long? MaxDatabaseBytes { get; init; }

    /// <summary>Makes what is not in the database durable: its mark, and the names in its folder.</summary>
    public IDiskFlush Flush { get; init; } = SystemFlush.Instance;

    /// <summary>Is told, once, that the disk failed and nothing more is served.</summary>
    public Action<Exception>? OnFailure { get; init; }

    /// <summary>SQLite's <c>synchronous</c>. Anything less than FULL loses acknowledged records at a power cut; the tests set
    /// it to see that they notice.</summary>
    internal string Synchronous { get; init; } = "FULL";
}
