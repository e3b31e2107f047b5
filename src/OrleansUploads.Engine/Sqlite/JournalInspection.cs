using System.Runtime.CompilerServices;
using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>Read-only access to a journal that a server may be using.</summary>
/// <remarks>Calls block. Each call sees one consistent state of the journal. Not safe for concurrent use.</remarks>
internal sealed class JournalInspection : IInspectedJournal, IDisposable
{
    private const int MaxIntegrityFaults = 20;
    private const int PageStreams = 256;
    private const string Listing = "Listing the streams of the journal";

    private readonly SqliteDatabase _database;
    private readonly long? _mark;
    private readonly StreamListing? _streams;
    private readonly JournalReader? _reader;

    private JournalInspection(SqliteDatabase database, string path, long? mark)
    {
        _database = database;
        _mark = mark;
        JournalSchema.RequireOurs(database, path);
        if (!JournalSchema.IsNew(database))
        {
            _streams = new StreamListing(database);
            _reader = new JournalReader(database);
        }
    }

    /// <summary>Opens the journal of a folder.</summary>
    /// <param name="isFrozen">Whether nothing can change the folder: no server uses it, and this process cannot create files in it.</param>
    /// <exception cref="JournalDamagedException">The journal is missing or is not a readable database.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be opened at the moment.</exception>
    /// <exception cref="NotSupportedException">The journal was created by a newer version or by another program.</exception>
    public static JournalInspection Open(string folder, bool isFrozen = false) => Run($"Opening the journal in {folder}", () =>
    {
        // Read the mark first. Its change was durable before the mark was written, so the database must contain it.
        var mark = HighWaterMark.Read(folder);
        var path = Path.Combine(folder, JournalSchema.FileName);
        if (!File.Exists(path))
        {
            throw new JournalDamagedException($"{path} is missing. {JournalAdvice.RestoreAll}");
        }

        try
        {
            return Open(path, mark, ignoresLog: isFrozen && WriteAheadLog.IsEmpty(path));
        }
        catch (SqliteFault fault) when (isFrozen && !fault.IsDamage)
        {
            throw new JournalUnavailableException(
                $"{path} has a write-ahead log, and cannot be read without creating a file in {folder}, which is read-only. Make the "
                + "folder writable, or copy it and use the copy.",
                fault);
        }
    });

    /// <summary>Copies a consistent state of a running server's journal: the mark, and the database into an empty file. Flushes both.
    /// Writes continue during the copy.</summary>
    /// <param name="backup">The folder of the mark's copy.</param>
    /// <param name="database">The empty file.</param>
    /// <exception cref="IOException">A copy cannot be flushed.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be read, or a copy cannot be written, at the moment.</exception>
    public static void Copy(string folder, string backup, string database)
    {
        var mark = Path.Combine(backup, HighWaterMark.FileName);
        Run($"Copying the journal of {folder} to {backup}", () =>
        {
            // Copy the mark first: it must not be ahead of the database.
            File.Copy(Path.Combine(folder, HighWaterMark.FileName), mark);
            using var journal = JournalSchema.OpenForReading(Path.Combine(folder, JournalSchema.FileName));
            journal.Execute($"VACUUM INTO '{database.Replace("'", "''", StringComparison.Ordinal)}'");
            return true;
        });
        SystemFlush.Instance.RequireFile(mark);
        SystemFlush.Instance.RequireFile(database);
    }

    /// <remarks>Checks SQLite's structures and the counters, and that no acknowledged change and no stream is missing.</remarks>
    public IReadOnlyList<string> CheckWhole() => Run<IReadOnlyList<string>>("Checking the journal", () =>
    {
        var faults = new List<string>();
        if (_streams is null)
        {
            if (_mark > 0)
            {
                faults.Add($"the journal is empty, but {_mark} changes were acknowledged");
            }

            return faults;
        }

        CheckCounters(faults);
        CheckStructure(faults);
        if (_streams.FindLostRecord() is { } record)
        {
            faults.Add($"record {record} belongs to no stream: the stream's index entry is missing");
        }

        if (_streams.FindLostSnapshot() is { } stream)
        {
            faults.Add($"the snapshot of stream {stream} belongs to no stream: the stream's index entry is missing");
        }

        return faults;
    });

    /// <inheritdoc/> <remarks>In the order of their creation. Reads a page at a time, so the journal may change in between. Streams of one kind are not searched by name.</remarks>
    public async IAsyncEnumerable<ListedEntity> ListStreamsAsync(
        EntityKind? kind, string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        while (Run(Listing, ListPage) is { Count: > 0 } page)
        {
            foreach (var stream in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return stream;
            }

            after = page[^1].Place;
        }

        IReadOnlyList<ListedEntity> ListPage() => _streams is null ? []
            : kind is { } only ? _streams.List(only, after, PageStreams)
            : _streams.List(after, PageStreams);
    }

    /// <summary>Lists a page of the streams after a place with their versions, in the order of their places.</summary>
    public IReadOnlyList<StreamVersion> ListVersions(long after, int limit) =>
        Run(Listing, () => _streams?.ListVersions(after, limit) ?? []);

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<JournalHistory>(cancellationToken)
            : ValueTask.FromResult(Read(entity));

    public JournalHistory Read(EntityId entity) =>
        Run($"Reading {entity} from the journal", () => _reader?.Read(entity) ?? JournalHistory.None);

    public void Dispose() => _database.Dispose();

    private static JournalInspection Open(string path, long? mark, bool ignoresLog)
    {
        var database = JournalSchema.OpenForReading(path, ignoresLog);
        try
        {
            return new JournalInspection(database, path, mark);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static T Run<T>(string attempted, Func<T> query)
    {
        try
        {
            return query();
        }
        catch (Exception failure) when (failure is SqliteFault or IOException or UnauthorizedAccessException)
        {
            throw SqliteFault.ToJournalException(failure, attempted);
        }
    }

    private void CheckCounters(List<string> faults)
    {
        using var counters = _database.Prepare(
            "SELECT sequence, indexed_through, crc, (SELECT max(sequence) FROM records) FROM journal");
        if (!counters.Step())
        {
            faults.Add("its counters are missing");
            return;
        }

        var sequence = counters.Int64(0);
        if (counters.Int64(2) != RecordChecksum.OfCounters(sequence, counters.Int64(1)))
        {
            faults.Add("the checksum of its counters is wrong");
        }

        if (_mark is { } acknowledged && sequence < acknowledged)
        {
            faults.Add($"it ends at change {sequence}, but {acknowledged} changes were acknowledged");
        }

        if (counters.NullableInt64(3) is { } newest && newest > sequence)
        {
            faults.Add($"it ends at change {sequence}, but contains record {newest}");
        }
    }

    private void CheckStructure(List<string> faults)
    {
        using var check = _database.Prepare($"PRAGMA integrity_check({MaxIntegrityFaults})");
        while (check.Step())
        {
            var found = check.Text(0);
            if (found != "ok")
            {
                faults.Add($"SQLite reports: {found.ReplaceLineEndings("; ")}");
            }
        }
    }
}
