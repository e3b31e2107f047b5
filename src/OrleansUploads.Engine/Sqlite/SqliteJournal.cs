using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The journal of one server: a SQLite database in its own folder.</summary>
/// <remarks>One thread writes and merges waiting appends into one transaction. A few other threads read. When a task
/// completes, its changes survive a power cut: the write-ahead log is flushed at every commit. Only one process may open the
/// folder. <para>A backup of a folder in use must copy <c>journal.mark</c> before the database files.</para></remarks>
public sealed class SqliteJournal : IJournal, IWakeIndex, IAsyncDisposable
{
    /// <summary>Maximum length of a record or a snapshot, in bytes.</summary>
    public const int MaxRecordBytes = 256 * 1024 * 1024;

    // Limit the check of names to about 20,000 streams per second and a tenth of one reader thread.
    private const int NamesAtOnce = 256;
    private static readonly TimeSpan NamesPause = TimeSpan.FromMilliseconds(10);

    private readonly JournalWriter _writer;
    private readonly DiskThreads _readers;
    private readonly JournalFiles _files;

    private SqliteJournal(JournalFiles files, SqliteJournalOptions options)
    {
        _files = files;
        _writer = new JournalWriter(files, options.QueueCapacity);
        _readers = new DiskThreads(options.ReaderThreads, "journal", looksForWork: false);
    }

    /// <summary>Entities with a damaged record among the newest 1,000 when the journal was opened. They are not served;
    /// report them to the operator.</summary>
    public IReadOnlyList<EntityId> DamagedAtOpen => _files.DamagedAtOpen;

    /// <summary>Why the journal serves nothing until it is opened again; null while its disk works.</summary>
    public Exception? Failure => _files.Failure;

    /// <summary>Opens the journal in a folder. Creates the folder and the journal if they do not exist. Blocks
    /// briefly.</summary>
    /// <exception cref="JournalDamagedException">Acknowledged changes are missing, or the database is malformed. The folder
    /// is unchanged.</exception>
    /// <exception cref="JournalUnavailableException">The files cannot be opened at the moment.</exception>
    /// <exception cref="NotSupportedException">The database was created by a newer version or by another
    /// program.</exception>
    public static SqliteJournal Open(string folder, SqliteJournalOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new SqliteJournalOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReaderThreads, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.QueueCapacity, 1, nameof(options));
        try
        {
            return new SqliteJournal(new JournalFiles(Directory.CreateDirectory(folder).FullName, options), options);
        }
        catch (Exception failure) when (failure is SqliteFault or IOException or UnauthorizedAccessException)
        {
            throw SqliteFault.ToJournalException(failure, $"Opening the journal in {folder}");
        }
    }

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        ReadAsync($"Reading {entity} from the journal", reader => reader.Read(entity), cancellationToken);

    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        ReadAsync(
            $"Reading the version of {entity} in the journal", reader => reader.ReadVersion(entity), cancellationToken);

    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(append.ExpectedVersion, nameof(append));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(append.Record.Length, MaxRecordBytes, nameof(append));
        return _writer.WriteAsync(new PendingAppend(append, cancellationToken), cancellationToken);
    }

    public async ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(snapshot.Length, MaxRecordBytes, nameof(snapshot));
        await _writer.WriteAsync(new PendingSnapshot(entity, version, snapshot, cancellationToken), cancellationToken);
    }

    public ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        return _writer.WriteAsync(new PendingForget(entity, expectedVersion, cancellationToken), cancellationToken);
    }

    public ValueTask<IReadOnlyList<EntityId>> ListDueAsync(DateTimeOffset dueAt, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return ReadAsync("Listing due entities", reader => reader.ListDue(dueAt, limit), cancellationToken);
    }

    /// <summary>Looks up every stream by its name, once. It checks a few streams at a time, so it neither delays the start nor noticeably
    /// slows the server, even with millions of streams.</summary>
    /// <remarks>A stream that is not found by its name looks as if it never existed. Most damage is detected when the stream is requested.
    /// This check detects the rest before any bytes are collected as unowned.</remarks>
    /// <exception cref="JournalDamagedException">A stream is not found by its name.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    public async ValueTask CheckNamesAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        long after = 0;
        while (await ReadAsync(
            "Checking the index of the journal", reader => reader.CheckNames(after, NamesAtOnce), cancellationToken) is { } reached)
        {
            after = reached;
            await Task.Delay(NamesPause, time, cancellationToken);
        }
    }

    /// <summary>Finishes waiting calls, moves the write-ahead log into the database, and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        // Close the writer last, because it closes the files.
        await _readers.CloseAsync();
        await _writer.CloseAsync();
    }

    /// <summary>Runs a query on a thread, because SQLite blocks its caller. Cancellation counts only until the query starts.</summary>
    private async ValueTask<T> ReadAsync<T>(string attempted, Func<JournalReader, T> query, CancellationToken cancellationToken) =>
        await _readers.RunAsync(() =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return _files.Read(query);
            }
            catch (Exception failure)
            {
                throw SqliteFault.ToJournalException(failure, attempted);
            }
        });
}

public sealed record SqliteJournalOptions
{
    /// <summary>Number of threads that read, each with its own connection; at least 1.</summary>
    public int ReaderThreads { get; init; } = 2;

    /// <summary>Maximum number of queued writes. When the queue is full, callers wait. At least 1.</summary>
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
