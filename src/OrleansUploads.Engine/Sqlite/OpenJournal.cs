using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The journal's files, checked and open: one connection that writes, some that read, and the mark.</summary>
internal sealed class OpenJournal
{
    private OpenJournal(
        SqliteDatabase database,
        JournalTables tables,
        IReadOnlyList<JournalReader> readers,
        HighWaterMark mark,
        IReadOnlyList<EntityId> damaged)
    {
        Database = database;
        Tables = tables;
        Readers = readers;
        Mark = mark;
        Damaged = damaged;
    }

    /// <summary>The connection that writes.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>The tables, for the writer's thread.</summary>
    public JournalTables Tables { get; }

    /// <summary>One for each thread that reads.</summary>
    public IReadOnlyList<JournalReader> Readers { get; }

    /// <summary>The mark.</summary>
    public HighWaterMark Mark { get; }

    /// <summary>Entities with a damaged record among the newest.</summary>
    public IReadOnlyList<EntityId> Damaged { get; }

    /// <summary>Opens the files, and makes them where there are none.</summary>
    public static OpenJournal Open(string folder, SqliteJournalOptions options)
    {
        var path = Path.Combine(folder, JournalSchema.FileName);
        var mark = HighWaterMark.Read(folder);

        // SQLite would make a new database here, and throw away the write-ahead log of the lost one.
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
        {
            JournalOpening.RequireReached(mark, 0, folder);
        }

        // Owned by the journal once it is made; until then closed again when something is refused.
        var opened = new Stack<IDisposable>();
        try
        {
            JournalOpening.RestrictFiles(folder);
            WriteAheadLog.WriteAnew(path, options.Flush);
            var database = JournalSchema.OpenForWriting(path);
            opened.Push(database);
            JournalOpening.RequireReached(mark, JournalSchema.ReadSequence(database), folder);
            JournalSchema.Prepare(database, options);

            var tables = new JournalTables(database);
            opened.Push(tables);
            tables.Load();
            var damaged = JournalOpening.FindDamaged(database);

            var readers = new List<JournalReader>();
            while (readers.Count < options.ReaderThreads)
            {
                var reader = new JournalReader(JournalSchema.OpenForReading(path));
                opened.Push(reader);
                readers.Add(reader);
            }

            var marker = HighWaterMark.Open(folder, tables.Sequence, options.Flush);
            opened.Push(marker);

            // SQLite flushes the folder where it makes files, but goes on when that fails.
            options.Flush.RequireDirectory(folder);
            return new OpenJournal(database, tables, readers, marker, damaged);
        }
        catch
        {
            while (opened.TryPop(out var file))
            {
                file.Dispose();
            }

            throw;
        }
    }

    /// <summary>Brings the index up to date, moves the write-ahead log into the database, and closes all.</summary>
    public void TidyUpAndClose()
    {
        CloseReaders();
        try
        {
            Tables.SaveIndexAlone();
            Database.SetCheckpointOnClose(true);
        }
        catch (Exception failure) when (failure is SqliteFault or JournalDamagedException)
        {
            // All is durable in the write-ahead log as it is; the next start reads it from there.
        }

        CloseWriter();
    }

    /// <summary>Closes all and leaves the files as they are.</summary>
    public void Close()
    {
        CloseReaders();
        CloseWriter();
    }

    // Before the writer: only the last connection to be closed can tidy up the write-ahead log.
    private void CloseReaders()
    {
        foreach (var reader in Readers)
        {
            reader.Dispose();
        }
    }

    private void CloseWriter()
    {
        Tables.Dispose();
        Database.Dispose();
        Mark.Dispose();
    }
}
