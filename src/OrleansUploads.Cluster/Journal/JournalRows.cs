using OrleansUploads.Engine.Ports;
using Orleans.Storage;

namespace OrleansUploads.Cluster.Journal;

/// <summary>The rows beside the head of one entity's stream.</summary>
/// <param name="storage">Any provider of grain storage.</param>
/// <param name="grain">The entity's grain.</param>
/// <param name="stream">The state name of the head; the rows' names begin with it.</param>
internal sealed class JournalRows(IGrainStorage storage, GrainId grain, string stream)
{
    /// <summary>Longest content of a row. Providers add to it: as text in JSON it grows by a third.</summary>
    public const int MaxRowBytes = 48 * 1024;

    private const int MaxRaces = 8;
    private const int Parallelism = 8;

    /// <summary>Name of the row of the segment that begins with a version.</summary>
    public static string SegmentRow(long first) => $"s{first}";

    /// <summary>Names for the pieces of something long.</summary>
    /// <param name="nonce">Never used before.</param>
    /// <param name="lengthBytes">How long it is.</param>
    public static string[] BlobRows(ulong nonce, int lengthBytes) =>
        [.. Enumerable.Range(0, (lengthBytes + MaxRowBytes - 1) / MaxRowBytes).Select(piece => $"b{nonce:x16}-{piece}")];

    /// <summary>Stores a segment. What a segment's name stands for is history, so several hosts may store it, each with as many
    /// records as it knows of; only ever a longer one takes the place of a shorter one.</summary>
    public async Task PutSegmentAsync(long first, byte[] frames, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalRow>(new JournalRow { Content = frames });
        for (var race = 0; race < MaxRaces; race++)
        {
            try
            {
                await storage.WriteStateAsync(Name(SegmentRow(first)), grain, state, cancellationToken);
                return;
            }
            catch (InconsistentStateException)
            {
                state = new GrainState<JournalRow>();
                await storage.ReadStateAsync(Name(SegmentRow(first)), grain, state, cancellationToken);
                if (state is { RecordExists: true, State.Content: { } stored } && stored.AsSpan().StartsWith(frames))
                {
                    return;
                }

                state.State = new JournalRow { Content = frames };
            }
        }

        throw new JournalUnavailableException($"Segment {first} of {grain} is being written by others all the time.");
    }

    /// <summary>Stores something long in pieces.</summary>
    public Task PutBlobAsync(IReadOnlyList<string> rows, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, rows.Count),
            Options(cancellationToken),
            async (piece, token) =>
            {
                var start = piece * MaxRowBytes;
                var bytes = content.Slice(start, Math.Min(MaxRowBytes, content.Length - start)).ToArray();
                await storage.WriteStateAsync(
                    Name(rows[piece]), grain, new GrainState<JournalRow>(new JournalRow { Content = bytes }), token);
            });

    /// <summary>Reads rows.</summary>
    /// <returns>Their contents in the same order; null for one that is not there.</returns>
    public async Task<byte[]?[]> ReadAsync(IReadOnlyList<string> rows, CancellationToken cancellationToken)
    {
        var contents = new byte[]?[rows.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, rows.Count),
            Options(cancellationToken),
            async (row, token) =>
            {
                var state = new GrainState<JournalRow>();
                await storage.ReadStateAsync(Name(rows[row]), grain, state, token);
                contents[row] = state.RecordExists ? state.State?.Content : null;
            });
        return contents;
    }

    /// <summary>Deletes rows; one that is not there is no error.</summary>
    public Task ClearAsync(IReadOnlyList<string> rows, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        rows,
        Options(cancellationToken),
        async (row, token) =>
        {
            var state = new GrainState<JournalRow>();
            await storage.ReadStateAsync(Name(row), grain, state, token);
            if (state.RecordExists)
            {
                await storage.ClearStateAsync(Name(row), grain, state, token);
            }
        });

    private string Name(string row) => $"{stream}-{row}";

    /// <summary>A provider may bind its calls to the grain's scheduler, so they stay on it.</summary>
    private static ParallelOptions Options(CancellationToken cancellationToken) => new()
    {
        MaxDegreeOfParallelism = Parallelism,
        TaskScheduler = TaskScheduler.Current,
        CancellationToken = cancellationToken,
    };
}
