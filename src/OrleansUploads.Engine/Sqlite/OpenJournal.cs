using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The open and checked files of the journal: one connection that writes, several that read, and the
/// mark.</summary>
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

    /// <summary>The tables, for the writer thread.</summary>
    public JournalTables Tables { get; }

    /// <summary>One reader for each thread that reads.</summary>
    public IReadOnlyList<JournalReader> Readers { get; }

    /// <summary>The mark.</summary>
    public HighWaterMark Mark { get; }

    /// <summary>Entities with a damaged record among the newest records.</summary>
    public IReadOnlyList<EntityId> Damaged { get; }

    /// <summary>Opens the files. Creates them if they do not exist.</summary>
    public static OpenJournal Open(string folder, SqliteJournalOptions options)
    {
        SqliteLibrary.Require();
        var path = Path.Combine(folder, JournalSchema.FileName);
        var acknowledged = HighWaterMark.Read(folder);

        // SQLite would create a new database here and discard the write-ahead log of the missing one.
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
        {
            JournalOpening.RequireReached(acknowledged, 0, folder);
        }

        // Closed again if opening fails. Otherwise the journal owns them.
        var opened = new Stack<IDisposable>();
        try
        {
            JournalOpening.MakeFiles(folder, options.Flush);
            WriteAheadLog.Rewrite(path, options.Flush);
            var database = JournalSchema.OpenForWriting(path);
            opened.Push(database);
            JournalOpening.RequireReached(acknowledged, JournalSchema.ReadSequence(database), folder);
            JournalSchema.MakeLog(database);

            // Before the first commit, with which SQLite flushes the folder itself; see JournalOpening.MakeFiles.
            options.Flush.RequireDirectory(folder);
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

            var mark = HighWaterMark.Open(folder, tables.Sequence, options.Flush);
            opened.Push(mark);

            options.Flush.RequireDirectory(folder);
            return new OpenJournal(database, tables, readers, mark, damaged);
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

    /// <summary>Updates the index, moves the write-ahead log into the database, and closes all files.</summary>
    public void CleanUpAndClose()
    {
        CloseReaders();
        try
        {
            Tables.SaveIndexAlone();
            Database.SetCheckpointOnClose(true);
        }
        catch (Exception failure) when (failure is SqliteFault or JournalDamagedException)
        {
            // Everything is durable in the write-ahead log, from which the next start reads it.
        }

        CloseWriter();
    }

    /// <summary>Closes all files without changing them.</summary>
    public void Close()
    {
        CloseReaders();
        CloseWriter();
    }

    // Called before CloseWriter, because only the last connection to close can clean up the write-ahead log.
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
