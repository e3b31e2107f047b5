namespace OrleansUploads.Cluster.Journal;

/// <summary>Assembles a history from a head and the rows that it names.</summary>
internal static class HistoryReader
{
    /// <summary>Reads all rows that a head names and returns the history.</summary>
    /// <exception cref="InvalidDataException">A row is missing or incomplete.</exception>
    public static async Task<JournalHistory> ReadAsync(JournalRows rows, JournalHead head, CancellationToken cancellationToken)
    {
        List<string> names = [.. head.SnapshotRows];
        names.AddRange(head.Segments.Select(segment => JournalRows.SegmentRow(segment.First)));
        names.AddRange(head.LongRecords.SelectMany(record => record.Rows));
        var contents = new Queue<byte[]>();
        foreach (var content in await rows.ReadAsync(names, cancellationToken))
        {
            contents.Enqueue(content ?? throw new InvalidDataException("A row is missing."));
        }

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

    private static byte[] Join(Queue<byte[]> contents, int count)
    {
        using var joined = new MemoryStream();
        for (var piece = 0; piece < count; piece++)
        {
            joined.Write(contents.Dequeue());
        }

        return joined.ToArray();
    }
}
