using System.Collections.Immutable;

namespace OrleansUploads.Cluster.Journal;

/// <summary>Applies snapshots to a <see cref="JournalHead"/>.</summary>
internal static class JournalHeadSnapshots
{
    /// <summary>Whether a snapshot of a version is newer than the head's snapshot and not ahead of the stream.</summary>
    public static bool AcceptsSnapshot(this JournalHead head, long version) => version > head.SnapshotVersion && version <= head.Version;

    /// <summary>Returns the head with a snapshot in place of all records up to a version. The replaced rows are added to
    /// <see cref="JournalHead.Discarded"/>.</summary>
    /// <param name="head">The current head.</param>
    /// <param name="version">The version of the snapshot.</param>
    /// <param name="snapshot">A short snapshot, or null if the snapshot is stored in rows.</param>
    /// <param name="rows">The rows of a long snapshot.</param>
    public static JournalHead WithSnapshot(this JournalHead head, long version, byte[]? snapshot, ImmutableArray<string> rows)
    {
        var kept = head.Segments.RemoveAll(segment => segment.Last <= version);
        var discarded = head.Discarded
            .AddRange(head.SnapshotRows)
            .AddRange(head.Segments.Where(segment => segment.Last <= version).Select(segment => JournalRows.SegmentRow(segment.First)))
            .AddRange(head.LongRecords.Where(record => record.Version <= version).SelectMany(record => record.Rows));
        var tailFirst = Math.Clamp(version + 1, head.TailFirst, head.Version + 1);
        if (tailFirst > head.TailFirst)
        {
            // A writer may have stored the tail as a segment and failed before it could name the segment in the head.
            discarded = discarded.Add(JournalRows.SegmentRow(head.TailFirst));
        }

        return head with
        {
            SnapshotVersion = version,
            Snapshot = snapshot,
            SnapshotRows = rows,
            Segments = kept,
            TailFirst = tailFirst,
            Tail = head.Tail[RecordFrames.LengthOfFirst(head.Tail, tailFirst - head.TailFirst)..],
            LongRecords = head.LongRecords.RemoveAll(record => record.Version <= version),
            Announced = head.Announced.RemoveAll(row => rows.Contains(row)),
            Discarded = discarded,
        };
    }

    /// <summary>Returns the head of a forgotten stream. It contains only the names of the rows to delete.</summary>
    public static JournalHead AsForgotten(this JournalHead head) => new()
    {
        Discarded = head.WithSnapshot(head.Version, null, []).Discarded.AddRange(head.Announced),
    };
}
