using Orleans.Storage;

namespace OrleansUploads.Cluster.Journal;

/// <summary>The rows of one entity's stream other than the head.</summary>
/// <param name="storage">A grain storage provider.</param>
/// <param name="grain">The entity's grain.</param>
/// <param name="stream">The state name of the head. The state names of the rows start with it.</param>
internal sealed class JournalRows(IGrainStorage storage, GrainId grain, string stream)
{
    /// <summary>The maximum length of a row's content. Providers may need more space: base64 in JSON adds a third.</summary>
    public const int MaxRowBytes = 48 * 1024;

    private const int MaxAttempts = 8;
    private const int Parallelism = 8;

    /// <summary>Returns the row name of the segment that starts with a version.</summary>
    public static string SegmentRow(long first) => $"s{first}";

    /// <summary>Returns new row names for the pieces of a long snapshot or record.</summary>
    /// <param name="nonce">A number that was not used before.</param>
    /// <param name="lengthBytes">The length of the snapshot or record in bytes.</param>
    public static string[] BlobRows(ulong nonce, int lengthBytes) =>
        [.. Enumerable.Range(0, (lengthBytes + MaxRowBytes - 1) / MaxRowBytes).Select(piece => $"b{nonce:x16}-{piece}")];

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

    /// <summary>Stores a long snapshot or record in several rows.</summary>
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

    /// <summary>Reads rows.</summary>
    /// <returns>The contents in the same order, or null for a row that does not exist.</returns>
    public async Task<byte[]?[]> ReadAsync(IReadOnlyList<string> rows, CancellationToken cancellationToken)
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

    /// <summary>Deletes rows. Rows that do not exist are ignored.</summary>
    /// <exception cref="JournalUnavailableException">Other hosts kept changing a row.</exception>
    public Task DeleteAsync(IReadOnlyList<string> rows, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        rows, Options(cancellationToken), async (row, token) => await DeleteAsync(row, token));

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

    private string StateName(string row) => $"{stream}-{row}";

    /// <summary>Runs the calls on the current scheduler, because a provider may require the grain's scheduler.</summary>
    private static ParallelOptions Options(CancellationToken cancellationToken) => new()
    {
        MaxDegreeOfParallelism = Parallelism,
        TaskScheduler = TaskScheduler.Current,
        CancellationToken = cancellationToken,
    };
}
