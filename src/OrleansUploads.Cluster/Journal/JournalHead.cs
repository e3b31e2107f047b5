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

    /// <summary>The entity's wake time, in milliseconds since 1970 UTC, or null for none.</summary>
    [Id(1)]
    public long? WakeAtMilliseconds { get; init; }

    /// <summary>The version of the snapshot, or 0.</summary>
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
}

/// <summary>A reference to a segment. The stored segment may also contain later records.</summary>
/// <param name="First">The version of the segment's first record, which is also its name.</param>
/// <param name="Last">The version of the last record to read from the segment.</param>
[GenerateSerializer]
[Alias("OrleansUploads.JournalSegmentName")]
public readonly record struct SegmentName([property: Id(0)] long First, [property: Id(1)] long Last);

/// <summary>A record that is too long for a segment.</summary>
/// <param name="Version">The record's version.</param>
/// <param name="Rows">The rows that contain the record, in order.</param>
[GenerateSerializer]
[Alias("OrleansUploads.JournalLongRecord")]
public readonly record struct LongRecord([property: Id(0)] long Version, [property: Id(1)] ImmutableArray<string> Rows);

/// <summary>A row other than the head: a segment, or a piece of a long snapshot or record.</summary>
[GenerateSerializer]
[Alias("OrleansUploads.JournalRow")]
public sealed record JournalRow
{
    /// <summary>The bytes.</summary>
    [Id(0)]
    public byte[] Content { get; init; } = [];
}
