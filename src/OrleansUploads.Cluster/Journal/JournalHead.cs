using System.Collections.Immutable;

namespace OrleansUploads.Cluster.Journal;

/// <summary>The only row of an entity's stream that changes. Every append replaces it, and its ETag fences outdated writers.</summary>
/// <remarks>It contains the newest records. Older records are in segments, which never change after the head names them.</remarks>
[GenerateSerializer]
[Alias("OrleansUploads.JournalHead")]
public sealed record JournalHead
{
    /// <summary>The number of records ever appended.</summary>
    [Id(0)]
    public long Version { get; init; }

    /// <summary>The wake time in milliseconds since 1970 UTC, or null for none.</summary>
    [Id(1)]
    public long? WakeAtMilliseconds { get; init; }

    /// <summary>The version of the snapshot, or 0 if the journal has no snapshot.</summary>
    [Id(2)]
    public long SnapshotVersion { get; init; }

    /// <summary>A short snapshot, or null if it is stored in <see cref="SnapshotRows"/>.</summary>
    [Id(3)]
    public byte[]? Snapshot { get; init; }

    /// <summary>The rows of a long snapshot, in order.</summary>
    [Id(4)]
    public ImmutableArray<string> SnapshotRows { get; init; } = [];

    /// <summary>The segments, oldest first. The last one ends directly before <see cref="Tail"/>.</summary>
    [Id(5)]
    public ImmutableArray<SegmentName> Segments { get; init; } = [];

    /// <summary>The version of the first record in the tail.</summary>
    [Id(6)]
    public long TailFirst { get; init; } = 1;

    /// <summary>The newest records, encoded as <see cref="RecordFrames"/>.</summary>
    [Id(7)]
    public byte[] Tail { get; init; } = [];

    /// <summary>The records that are too long for a segment, oldest first.</summary>
    [Id(8)]
    public ImmutableArray<LongRecord> LongRecords { get; init; } = [];

    /// <summary>Rows that a writer is about to write. They are garbage if the writer has failed.</summary>
    [Id(9)]
    public ImmutableArray<string> Announced { get; init; } = [];

    /// <summary>Rows that are no longer referenced and may not be deleted yet.</summary>
    [Id(10)]
    public ImmutableArray<string> Discarded { get; init; } = [];

    /// <summary>A longer record gets its own rows, because the next append would move it there anyway.</summary>
    private const int MaxTailBytes = 32 * 1024;

    private const int MinTailBytes = 8 * 1024;
    private const int TailBytesForEachSegment = 1024;
    private const int RecordsInTail = 4;

    internal static bool IsStoredSeparately(int recordBytes) => recordBytes > MaxTailBytes;

    /// <summary>Whether the tail must move into a segment before it gets a record.</summary>
    /// <remarks>Each append writes the whole tail again, so a long one costs bytes; a short one costs more writes of segments, more rows to
    /// read, and longer heads, because they name all segments. On PostgreSQL, a row of 44 KiB takes three times as long to write as one of
    /// 1 KiB. So the tail is short while there are few segments and the records are short.</remarks>
    internal bool IsTailFullFor(int recordBytes)
    {
        var limit = Math.Clamp(
            Math.Max((long)RecordsInTail * recordBytes, (long)TailBytesForEachSegment * Segments.Length), MinTailBytes, MaxTailBytes);
        return Tail.Length > 0 && Tail.Length + RecordFrames.OverheadBytes + (IsStoredSeparately(recordBytes) ? 0 : recordBytes) > limit;
    }

    internal JournalHead WithTailInSegment() => this with
    {
        Segments = Segments.Add(new SegmentName(TailFirst, Version)),
        TailFirst = Version + 1,
        Tail = [],
    };

    internal JournalHead WithRecord(ReadOnlyMemory<byte> record) => this with
    {
        Version = Version + 1,
        Tail = RecordFrames.Append(Tail, record),
    };

    internal JournalHead WithLongRecord(ImmutableArray<string> rows) => this with
    {
        Version = Version + 1,
        Tail = RecordFrames.Append(Tail, record: null),
        LongRecords = LongRecords.Add(new LongRecord(Version + 1, rows)),
    };

    /// <summary>Whether a snapshot of a version is newer than the head's snapshot and not ahead of the stream.</summary>
    internal bool AcceptsSnapshot(long version) => version > SnapshotVersion && version <= Version;

    /// <summary>Puts a snapshot in place of all records up to a version. The replaced rows are added to <see cref="Discarded"/>.</summary>
    /// <param name="snapshot">Null if the snapshot is stored in <paramref name="rows"/>.</param>
    internal JournalHead WithSnapshot(long version, byte[]? snapshot, ImmutableArray<string> rows)
    {
        var discarded = Discarded
            .AddRange(SnapshotRows)
            .AddRange(Segments.Where(segment => segment.Last <= version).Select(segment => JournalRows.SegmentRow(segment.First)))
            .AddRange(LongRecords.Where(record => record.Version <= version).SelectMany(record => record.Rows));
        var tailFirst = Math.Clamp(version + 1, TailFirst, Version + 1);
        if (tailFirst > TailFirst)
        {
            // A writer may have stored the tail as a segment and failed before it could name the segment in the head.
            discarded = discarded.Add(JournalRows.SegmentRow(TailFirst));
        }

        return this with
        {
            SnapshotVersion = version,
            Snapshot = snapshot,
            SnapshotRows = rows,
            Segments = Segments.RemoveAll(segment => segment.Last <= version),
            TailFirst = tailFirst,
            Tail = Tail[RecordFrames.LengthOfFirst(Tail, tailFirst - TailFirst)..],
            LongRecords = LongRecords.RemoveAll(record => record.Version <= version),
            Announced = Announced.RemoveAll(row => rows.Contains(row)),
            Discarded = discarded,
        };
    }

    /// <summary>Puts a snapshot in place of everything else.</summary>
    /// <param name="snapshot">Null if the snapshot is stored in <paramref name="rows"/>, which may be announced.</param>
    internal JournalHead WithOnlySnapshot(long version, byte[]? snapshot, ImmutableArray<string> rows) => new()
    {
        Version = version,
        SnapshotVersion = version,
        Snapshot = snapshot,
        SnapshotRows = rows,
        TailFirst = version + 1,
        Discarded = AsForgotten().Discarded.RemoveAll(row => rows.Contains(row)),
    };

    /// <summary>It contains only the names of the rows to delete.</summary>
    internal JournalHead AsForgotten() => new()
    {
        Discarded = WithSnapshot(Version, null, []).Discarded.AddRange(Announced),
    };
}

/// <summary>A reference to a segment. The stored segment may also contain later records.</summary>
/// <param name="First">Also the segment's name.</param>
/// <param name="Last">The last record to read from the segment.</param>
[GenerateSerializer]
[Alias("OrleansUploads.SegmentName")]
public readonly record struct SegmentName([property: Id(0)] long First, [property: Id(1)] long Last);

/// <summary>A record that is too long for a segment. The rows contain it in order.</summary>
[GenerateSerializer]
[Alias("OrleansUploads.LongRecord")]
public readonly record struct LongRecord([property: Id(0)] long Version, [property: Id(1)] ImmutableArray<string> Rows);

/// <summary>A row other than the head: a segment, or a piece of a long snapshot or record.</summary>
[GenerateSerializer]
[Alias("OrleansUploads.JournalRow")]
public sealed record JournalRow
{
    [Id(0)]
    public byte[] Content { get; init; } = [];
}
