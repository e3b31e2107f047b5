using System.Collections.Concurrent;
using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The open and checked files of the journal.</summary>
/// <param name="Readers">The readers that no query uses: at first, one for each thread that reads.</param>
/// <param name="Damaged">Entities with a damaged record among the newest records.</param>
internal sealed record OpenJournal(
    SqliteDatabase Database,
    JournalTables Tables,
    ConcurrentBag<JournalReader> Readers,
    HighWaterMark Mark,
    IReadOnlyList<EntityId> Damaged)
{
    private const int NewestRecordsToCheck = 1000;

    public static OpenJournal Open(string folder, SqliteJournalOptions options)
    {
        SqliteLibrary.Require();
        var path = Path.Combine(folder, JournalSchema.FileName);
        var acknowledged = HighWaterMark.Read(folder);

        // SQLite would create a new database here and discard the write-ahead log of the missing one.
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
        {
            RequireReached(acknowledged, 0, folder);
        }

        // Closed again if opening fails. Otherwise the journal owns them.
        var opened = new Stack<IDisposable>();
        try
        {
            MakeFiles(folder, options.Flush);
            WriteAheadLog.Rewrite(path, options.Flush);
            var database = JournalSchema.OpenForWriting(path);
            opened.Push(database);
            RequireReached(acknowledged, JournalSchema.ReadSequence(database), folder);
            JournalSchema.MakeLog(database);

            // Before the first commit, with which SQLite flushes the folder itself; see MakeFiles.
            options.Flush.RequireDirectory(folder);
            JournalSchema.Prepare(database, options);

            var tables = new JournalTables(database);
            tables.Load();
            var damaged = FindDamaged(database);

            var readers = new ConcurrentBag<JournalReader>();
            while (readers.Count < options.ReaderThreads)
            {
                var connection = JournalSchema.OpenForReading(path);
                opened.Push(connection);
                readers.Add(new JournalReader(connection));
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

    /// <summary>Closes all files.</summary>
    /// <param name="cleansUp">Whether to update the index and to move the write-ahead log into the database before.</param>
    public void Close(bool cleansUp)
    {
        // Before the writer, because only the last connection to close can clean up the write-ahead log.
        foreach (var reader in Readers)
        {
            reader.Dispose();
        }

        if (cleansUp)
        {
            CleanUp();
        }

        Database.Dispose();
        Mark.Dispose();
    }

    private void CleanUp()
    {
        try
        {
            Tables.SaveIndexAlone();
            Database.SetCheckpointOnClose(true);
        }
        catch (Exception failure) when (failure is SqliteFault or JournalDamagedException)
        {
            // Everything is durable in the write-ahead log, from which the next start reads it.
        }
    }

    /// <summary>Refuses a journal that lacks acknowledged changes.</summary>
    private static void RequireReached(long? mark, long sequence, string folder)
    {
        if (mark is not { } acknowledged || sequence >= acknowledged)
        {
            return;
        }

        throw new JournalDamagedException(
            $"The journal in {folder} ends at change {sequence}, but {acknowledged} changes were acknowledged: the end of "
            + $"{JournalSchema.FileName} or of its write-ahead log is missing or damaged. The journal is not served, and nothing in the "
            + "folder was changed. Restore the whole folder from a backup or, to accept the loss of the last "
            + $"{acknowledged - sequence} changes, delete {HighWaterMark.FileName}.");
    }

    /// <summary>Creates a missing database file, whose name is durable on return, and makes the journal's files readable by the owner
    /// only. SQLite copies the mode of the database file to the files that it creates.</summary>
    /// <remarks>SQLite flushes the folder after it has created a file, but ignores a failure. Names that such a flush has lost are not
    /// covered by later flushes, so each name must be durable before SQLite's next flush. An empty file may have lost its name when an
    /// earlier process failed to flush it. It contains nothing, so it is created again.</remarks>
    /// <exception cref="FlushFailedException">The name may be lost in a power cut.</exception>
    private static void MakeFiles(string folder, IDiskFlush flush)
    {
        var database = Path.Combine(folder, JournalSchema.FileName);
        if (WriteAheadLog.IsEmpty(database))
        {
            File.Delete(WriteAheadLog.PathOf(database));
        }

        if (new FileInfo(database) is not { Exists: true, Length: > 0 })
        {
            File.Delete(database);
            new FileStream(database, OwnerOnly.NewFile()).Dispose();
            flush.RequireDirectory(folder);
        }

        foreach (var path in (string[])[
            database, WriteAheadLog.PathOf(database), database + "-shm", Path.Combine(folder, HighWaterMark.FileName)])
        {
            OwnerOnly.Restrict(path);
        }
    }

    /// <summary>Checks the newest records, which a crash or a failing disk is most likely to damage.</summary>
    /// <returns>The streams of damaged records.</returns>
    private static IReadOnlyList<EntityId> FindDamaged(SqliteDatabase database)
    {
        var damaged = new HashSet<EntityId>();
        using var newest = database.Prepare("""
            SELECT s.kind, s.key, r.version, r.crc, r.payload
            FROM records r JOIN streams s ON s.id = r.stream
            ORDER BY r.sequence DESC LIMIT ?1
            """);
        newest.Bind(1, NewestRecordsToCheck);
        while (newest.Step())
        {
            var entity = new EntityId((EntityKind)newest.Int64(0), newest.Text(1));
            if (newest.Int64(3) != RecordChecksum.OfRecord(RecordChecksum.OfStream(entity), newest.Int64(2), newest.Blob(4)))
            {
                damaged.Add(entity);
            }
        }

        return [.. damaged];
    }
}
