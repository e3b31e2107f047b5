using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>A journal that is only looked at, by a connection that cannot write. A server may go on using it.</summary>
/// <remarks>Calls block, and each sees one consistent state of the journal. Not for concurrent use.</remarks>
internal sealed class JournalInspection : IDisposable
{
    private const int MostIntegrityFaults = 20;

    private readonly SqliteDatabase _database;
    private readonly long? _mark;
    private readonly bool _isEmpty;
    private readonly StreamListing? _streams;
    private readonly JournalReader? _reader;

    private JournalInspection(SqliteDatabase database, string path, long? mark)
    {
        _database = database;
        _mark = mark;
        JournalSchema.RequireOurs(database, path);
        _isEmpty = JournalSchema.IsNew(database);
        if (!_isEmpty)
        {
            _streams = new StreamListing(database);
            _reader = new JournalReader(JournalSchema.OpenForReading(path));
        }
    }

    /// <summary>Opens the journal of a folder.</summary>
    /// <exception cref="JournalDamagedException">It is missing, or not readable as a database.</exception>
    /// <exception cref="JournalUnavailableException">It could not be opened now.</exception>
    /// <exception cref="NotSupportedException">It was made by a newer version, or by something else.</exception>
    public static JournalInspection Open(string folder) => Ask($"Opening the journal in {folder}", () =>
    {
        // The mark first: what it says was durable before it was written, so the database must have come as far.
        var mark = HighWaterMark.Read(folder);
        var path = Path.Combine(folder, JournalSchema.FileName);
        if (!File.Exists(path))
        {
            throw new JournalDamagedException($"{path} is missing. {JournalAdvice.RestoreAll}");
        }

        var database = JournalSchema.OpenForReading(path);
        try
        {
            return new JournalInspection(database, path, mark);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    });

    /// <summary>Checks what all streams share: SQLite's own structures, the counters, and that no acknowledged change and no
    /// stream is missing.</summary>
    /// <returns>What is wrong, a sentence each; nothing where all is well.</returns>
    public IReadOnlyList<string> CheckWhole() => Ask<IReadOnlyList<string>>("Checking the journal", () =>
    {
        var wrong = new List<string>();
        if (_streams is null)
        {
            if (_mark > 0)
            {
                wrong.Add($"the journal is empty, but {_mark} changes were acknowledged");
            }

            return wrong;
        }

        CheckCounters(wrong);
        CheckStructure(wrong);
        if (_streams.FindLostRecord() is { } record)
        {
            wrong.Add($"record {record} belongs to no stream: the stream's entry in the index is lost");
        }

        if (_streams.FindLostSnapshot() is { } stream)
        {
            wrong.Add($"the snapshot of stream {stream} belongs to no stream: the stream's entry in the index is lost");
        }

        return wrong;
    });

    /// <summary>Some streams, in the order of their places.</summary>
    /// <param name="after">Streams up to this place are left out; 0 for none.</param>
    /// <param name="limit">Most streams to list; at least 1.</param>
    public IReadOnlyList<ListedStream> ListStreams(long after, int limit) =>
        Ask("Listing the streams of the journal", () => _streams?.List(after, limit) ?? []);

    /// <inheritdoc cref="ListStreams(long, int)"/>
    /// <param name="kind">Only streams of this kind.</param>
    /// <param name="after">Streams up to this place are left out; 0 for none.</param>
    /// <param name="limit">Most streams to list; at least 1.</param>
    public IReadOnlyList<ListedStream> ListStreams(EntityKind kind, long after, int limit) =>
        Ask("Listing the streams of the journal", () => _streams?.List(kind, after, limit) ?? []);

    /// <summary>Reads a stream and checks every byte of it.</summary>
    /// <exception cref="JournalDamagedException">Something is missing or is not what was written.</exception>
    /// <exception cref="JournalUnavailableException">It could not be read now.</exception>
    public JournalHistory Read(EntityId entity) =>
        Ask($"Reading {entity} from the journal", () => _reader?.Read(entity) ?? JournalHistory.None);

    /// <inheritdoc/>
    public void Dispose()
    {
        _streams?.Dispose();
        _reader?.Dispose();
        _database.Dispose();
    }

    private static T Ask<T>(string attempted, Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (SqliteFault fault)
        {
            throw fault.ToJournalException(attempted);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new JournalUnavailableException($"{attempted}: {failure.Message}", failure);
        }
    }

    private void CheckCounters(List<string> wrong)
    {
        using var counters = _database.Prepare(
            "SELECT sequence, indexed_through, crc, (SELECT max(sequence) FROM records) FROM journal");
        if (!counters.Step())
        {
            wrong.Add("its counters are missing");
            return;
        }

        var sequence = counters.Int64(0);
        if (counters.Int64(2) != RecordChecksum.OfCounters(sequence, counters.Int64(1)))
        {
            wrong.Add("the checksum of its counters does not fit");
        }

        if (_mark is { } acknowledged && sequence < acknowledged)
        {
            wrong.Add($"it ends at change {sequence}, but {acknowledged} changes were acknowledged");
        }

        if (counters.NullableInt64(3) is { } newest && newest > sequence)
        {
            wrong.Add($"it ends at change {sequence}, but holds record {newest}");
        }
    }

    private void CheckStructure(List<string> wrong)
    {
        using var check = _database.Prepare($"PRAGMA integrity_check({MostIntegrityFaults})");
        while (check.Step())
        {
            var found = check.Text(0);
            if (found != "ok")
            {
                wrong.Add($"SQLite finds: {found.ReplaceLineEndings("; ")}");
            }
        }
    }
}
