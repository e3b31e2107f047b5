using OrleansUploads.Core;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The journal of one server: a SQLite database in a folder of its own.</summary>
/// <remarks>
/// One thread writes and merges what is waiting into one transaction; a few others read. A task that completes is
/// durable (write-ahead log, flushed at every commit), also after a power cut. Only one process may open the folder.
/// <para>A backup of a folder in use copies <c>journal.mark</c> first and the database files after it.</para>
/// </remarks>
public sealed class SqliteJournal : IJournal, IWakeIndex, IAsyncDisposable
{
    /// <summary>Longest record and longest snapshot, in bytes.</summary>
    public const int MaxRecordBytes = 256 * 1024 * 1024;

    private readonly JournalWriter _writer;
    private readonly JournalReaders _readers;

    private SqliteJournal(JournalWriter writer, JournalReaders readers, IReadOnlyList<EntityId> damagedAtOpen)
    {
        _writer = writer;
        _readers = readers;
        DamagedAtOpen = damagedAtOpen;
    }

    /// <summary>Entities with a damaged record among the newest 1,000, as found when the journal was opened. They are not
    /// served; the operator should hear of them.</summary>
    public IReadOnlyList<EntityId> DamagedAtOpen { get; }

    /// <summary>Opens the journal in a folder, and creates both where there are none. Blocks for a short while.</summary>
    /// <exception cref="JournalDamagedException">Acknowledged changes are missing, or the database is malformed. The folder
    /// is left as it was found.</exception>
    /// <exception cref="JournalUnavailableException">The files could not be opened now.</exception>
    /// <exception cref="NotSupportedException">The database was made by a newer version, or by something else.</exception>
    public static SqliteJournal Open(string folder, SqliteJournalOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new SqliteJournalOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReaderThreads, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.QueueCapacity, 1, nameof(options));
        try
        {
            return OpenFiles(Directory.CreateDirectory(folder).FullName, options);
        }
        catch (SqliteFault fault)
        {
            throw fault.ToJournalException($"Opening the journal in {folder}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new JournalUnavailableException($"Opening the journal in {folder}: {failure.Message}", failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        _readers.ReadAsync($"Reading {entity} from the journal", reader => reader.Read(entity), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        _readers.ReadAsync(
            $"Reading the version of {entity} in the journal", reader => reader.ReadVersion(entity), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(append.ExpectedVersion, nameof(append));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(append.Record.Length, MaxRecordBytes, nameof(append));
        return _writer.WriteAsync(new PendingAppend(append, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(snapshot.Length, MaxRecordBytes, nameof(snapshot));
        await _writer.WriteAsync(new PendingSnapshot(entity, version, snapshot, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        return _writer.WriteAsync(new PendingForget(entity, expectedVersion, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EntityId>> ListDueAsync(DateTimeOffset dueAt, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return _readers.ReadAsync("Listing due entities", reader => reader.ListDue(dueAt, limit), cancellationToken);
    }

    /// <summary>Checks that some streams are found by their names; see <see cref="NameCheck"/>.</summary>
    /// <param name="after">The place up to which that was done; 0 at first.</param>
    /// <param name="limit">Most streams to check; at least 1.</param>
    /// <param name="cancellationToken">Gives up before it begins.</param>
    /// <returns>The place reached; null at the end.</returns>
    /// <exception cref="JournalDamagedException">One is not found.</exception>
    internal ValueTask<long?> CheckNamesAsync(long after, int limit, CancellationToken cancellationToken) =>
        _readers.ReadAsync("Checking the index of the journal", reader => reader.CheckNames(after, limit), cancellationToken);

    /// <summary>Ends what is waiting, moves the write-ahead log into the database, and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        // The writer last: only the last connection to be closed can tidy up the write-ahead log.
        await _readers.CloseAsync();
        await _writer.CloseAsync();
    }

    private static SqliteJournal OpenFiles(string folder, SqliteJournalOptions options)
    {
        string path = Path.Combine(folder, JournalSchema.FileName);
        long? mark = HighWaterMark.Read(folder);

        // SQLite would make a new database here, and throw away the write-ahead log of the lost one.
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
            JournalOpening.RequireReached(mark, 0, folder);

        // Owned by the journal once it is made; until then closed again when something is refused.
        var opened = new Stack<IDisposable>();
        try
        {
            SqliteDatabase database = JournalSchema.OpenForWriting(path);
            opened.Push(database);
            JournalOpening.RequireReached(mark, JournalSchema.ReadSequence(database), folder);
            JournalSchema.Prepare(database, options);

            var tables = new JournalTables(database);
            opened.Push(tables);
            tables.Load();
            IReadOnlyList<EntityId> damaged = JournalOpening.FindDamaged(database);

            var readers = new List<JournalReader>();
            while (readers.Count < options.ReaderThreads)
            {
                var reader = new JournalReader(JournalSchema.OpenForReading(path));
                opened.Push(reader);
                readers.Add(reader);
            }

            HighWaterMark marker = HighWaterMark.Open(folder, tables.Sequence);
            return new SqliteJournal(
                new JournalWriter(database, tables, marker, options.QueueCapacity),
                new JournalReaders(readers, options.QueueCapacity),
                damaged);
        }
        catch
        {
            while (opened.TryPop(out IDisposable? file))
                file.Dispose();
            throw;
        }
    }
}
