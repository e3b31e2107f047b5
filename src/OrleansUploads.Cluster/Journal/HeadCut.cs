using System.Collections.Immutable;

namespace OrleansUploads.Cluster.Journal;

/// <summary>What a snapshot does to a head.</summary>
internal static class HeadCut
{
    /// <summary>Whether a snapshot of a version would be newer than the head's and not ahead of its stream.</summary>
    public static bool Takes(this JournalHead head, long version) => version > head.SnapshotVersion && version <= head.Version;

    /// <summary>The head in which a snapshot stands for all records up to a version. What it replaces is discarded.</summary>
    /// <param name="head">The head before.</param>
    /// <param name="version">The version that the snapshot stands for.</param>
    /// <param name="snapshot">A short one; null where it is in rows.</param>
    /// <param name="rows">The rows of a long one.</param>
    public static JournalHead CutAt(this JournalHead head, long version, byte[]? snapshot, ImmutableArray<string> rows)
    {
        var kept = head.Segments.RemoveAll(segment => segment.Last <= version);
        var discarded = head.Discarded
            .AddRange(head.SnapshotRows)
            .AddRange(head.Segments.Where(segment => segment.Last <= version).Select(segment => JournalRows.SegmentRow(segment.First)))
            .AddRange(head.LongRecords.Where(record => record.Version <= version).SelectMany(record => record.Rows));
        var tailFirst = Math.Clamp(version + 1, head.TailFirst, head.Version + 1);
        if (tailFirst > head.TailFirst)
        {
            // Somebody may have stored the tail as a segment, and not come to name it in the head.
            discarded = discarded.Add(JournalRows.SegmentRow(head.TailFirst));
        }

        return head with
        {
            SnapshotVersion = version,
            Snapshot = snapshot,
            SnapshotRows = rows,
            Segments = kept,
            TailFirst = tailFirst,
            Tail = head.Tail[Frames.Length(head.Tail, tailFirst - head.TailFirst)..],
            LongRecords = head.LongRecords.RemoveAll(record => record.Version <= version),
            Announced = head.Announced.RemoveAll(row => rows.Contains(row)),
            Discarded = discarded,
        };
    }

    /// <summary>The head of a stream that is forgotten: nothing is left but the names of what has to be deleted.</summary>
    public static JournalHead Forgotten(this JournalHead head) => new()
    {
        Discarded = head.CutAt(head.Version, null, []).Discarded.AddRange(head.Announced),
    };
}
