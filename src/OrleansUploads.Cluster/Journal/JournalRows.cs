using System.Collections.Immutable;
using System.Security.Cryptography;
using Orleans.Storage;

namespace OrleansUploads.Cluster.Journal;

internal sealed class JournalRows(IGrainStorage storage, GrainId grain)
{
    /// <summary>The maximum length of a row's content. Providers may need more space: base64 in JSON adds a third.</summary>
    public const int MaxRowBytes = 48 * 1024;

    private const int MaxAttempts = 8;
    private const int Parallelism = 8;

    /// <summary>The state name of the head. The state names of the other rows start with it. It is the grain type, because some
    /// storage providers have no grain type in their keys.</summary>
    private readonly string _stream = grain.Type.ToString()!;

    public static string SegmentRow(long first) => $"s{first}";

    /// <summary>Returns row names that were not used before, for the pieces of a long snapshot or record.</summary>
    public static ImmutableArray<string> NewBlobRows(int lengthBytes)
    {
        var nonce = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        return [.. Enumerable.Range(0, (lengthBytes + MaxRowBytes - 1) / MaxRowBytes).Select(piece => $"b{nonce:x16}-{piece}")];
    }

    public Task ReadHeadAsync(GrainState<JournalHead> head, CancellationToken cancellationToken) =>
        storage.ReadStateAsync(_stream, grain, head, cancellationToken);

    /// <summary>Throws an <see cref="InconsistentStateException"/> if another host has changed the head.</summary>
    /// <exception cref="InconsistentStateException">Another host has changed it.</exception>
    public Task WriteHeadAsync(GrainState<JournalHead> head, CancellationToken cancellationToken) =>
        storage.WriteStateAsync(_stream, grain, head, cancellationToken);

    public Task DeleteHeadAsync(GrainState<JournalHead> head, CancellationToken cancellationToken) =>
        storage.ClearStateAsync(_stream, grain, head, cancellationToken);

    /// <summary>Reads all rows that a head names and returns the history.</summary>
    /// <exception cref="InvalidDataException">A row is missing or incomplete.</exception>
    public async Task<JournalHistory> ReadHistoryAsync(JournalHead head, CancellationToken cancellationToken)
    {
        List<string> names =
        [
            .. head.SnapshotRows,
            .. head.Segments.Select(segment => SegmentRow(segment.First)),
            .. head.LongRecords.SelectMany(record => record.Rows),
        ];
        var contents = new Queue<byte[]>((await ReadAsync(names, cancellationToken)).Select(
            static content => content ?? throw new InvalidDataException("A row is missing.")));
        ReadOnlyMemory<byte>? snapshot = null;
        if (head.SnapshotVersion > 0)
        {
            snapshot = head.Snapshot ?? Join(contents, head.SnapshotRows.Length);
        }

        var segments = head.Segments.Select(segment => (segment.First, segment.Last, Frames: contents.Dequeue())).ToList();
        var longRecords = head.LongRecords.ToDictionary(record => record.Version, record => Join(contents, record.Rows.Length));
        segments.Add((head.TailFirst, head.Version, head.Tail));

        var records = new List<ReadOnlyMemory<byte>>();
        var next = head.SnapshotVersion + 1;
        foreach (var (first, last, frames) in segments)
        {
            if (first > next)
            {
                throw new InvalidDataException($"Record {next} is missing.");
            }

            var version = first;
            foreach (var record in RecordFrames.Split(frames, last - first + 1))
            {
                if (version == next)
                {
                    records.Add(record ?? longRecords[version]);
                    next++;
                }

                version++;
            }
        }

        DateTimeOffset? wakeAt = head.WakeAtMilliseconds is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
        return new JournalHistory(head.Version, snapshot, records, wakeAt);
    }

    /// <summary>Stores a segment. Several hosts may store the same segment, each with the records that it knows. A longer segment
    /// replaces a shorter one, never the reverse.</summary>
    /// <exception cref="JournalUnavailableException">Other hosts kept changing the segment.</exception>
    public async Task PutSegmentAsync(long first, byte[] frames, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalRow>(new JournalRow { Content = frames });
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            try
            {
                await storage.WriteStateAsync(StateName(SegmentRow(first)), grain, state, cancellationToken);
                return;
            }
            catch (InconsistentStateException)
            {
                state = new GrainState<JournalRow>();
                await storage.ReadStateAsync(StateName(SegmentRow(first)), grain, state, cancellationToken);
                if (state is { RecordExists: true, State.Content: { } stored } && stored.AsSpan().StartsWith(frames))
                {
                    return;
                }

                state.State = new JournalRow { Content = frames };
            }
        }

        throw new JournalUnavailableException(
            $"Segment {first} of {grain} could not be written in {MaxAttempts} attempts because other hosts keep writing it.");
    }

    public Task PutBlobAsync(IReadOnlyList<string> rows, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, rows.Count),
            Options(cancellationToken),
            async (piece, token) =>
            {
                var start = piece * MaxRowBytes;
                var bytes = content.Slice(start, Math.Min(MaxRowBytes, content.Length - start)).ToArray();
                await storage.WriteStateAsync(
                    StateName(rows[piece]), grain, new GrainState<JournalRow>(new JournalRow { Content = bytes }), token);
            });

    /// <summary>Deletes rows. Rows that do not exist are ignored.</summary>
    /// <exception cref="JournalUnavailableException">Other hosts kept changing a row.</exception>
    public Task DeleteAsync(IReadOnlyList<string> rows, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        rows, Options(cancellationToken), async (row, token) => await DeleteAsync(row, token));

    /// <summary>Reads rows. The contents are in the same order, and null for a row that does not exist.</summary>
    private async Task<byte[]?[]> ReadAsync(List<string> rows, CancellationToken cancellationToken)
    {
        var contents = new byte[]?[rows.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, rows.Count),
            Options(cancellationToken),
            async (row, token) =>
            {
                var state = new GrainState<JournalRow>();
                await storage.ReadStateAsync(StateName(rows[row]), grain, state, token);
                contents[row] = state.RecordExists ? state.State?.Content : null;
            });
        return contents;
    }

    private static byte[] Join(Queue<byte[]> contents, int count)
    {
        using var joined = new MemoryStream();
        for (var piece = 0; piece < count; piece++)
        {
            joined.Write(contents.Dequeue());
        }

        return joined.ToArray();
    }

    private async Task DeleteAsync(string row, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var state = new GrainState<JournalRow>();
            await storage.ReadStateAsync(StateName(row), grain, state, cancellationToken);
            if (!state.RecordExists)
            {
                return;
            }

            try
            {
                await storage.ClearStateAsync(StateName(row), grain, state, cancellationToken);
                return;
            }
            catch (InconsistentStateException)
            {
                // Another snapshot has deleted the row, or a late write has changed it.
            }
        }

        throw new JournalUnavailableException(
            $"Row {row} of {grain} could not be deleted in {MaxAttempts} attempts because other hosts keep writing it.");
    }

    private string StateName(string row) => $"{_stream}-{row}";

    /// <summary>Runs the calls on the current scheduler, because a provider may require the grain's scheduler.</summary>
    private static ParallelOptions Options(CancellationToken cancellationToken) => new()
    {
        MaxDegreeOfParallelism = Parallelism,
        TaskScheduler = TaskScheduler.Current,
        CancellationToken = cancellationToken,
    };
}
