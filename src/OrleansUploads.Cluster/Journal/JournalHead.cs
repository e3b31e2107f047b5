using System.Collections.Immutable;

namespace OrleansUploads.Cluster.Journal;

/// <summary>The one row of an entity's stream that is ever changed. Its ETag is the fence: whoever appends, replaces it.</summary>
/// <remarks>It holds the newest records itself; older ones are in segments, which never change once the head names them.</remarks>
[GenerateSerializer]
[Alias("OrleansUploads.JournalHead")]
public sealed record JournalHead
{
    /// <summary>The number of records ever appended.</summary>
    [Id(0)]
    public long Version { get; init; }

    /// <summary>When the entity wants to be woken, in milliseconds since 1970, UTC; null for never.</summary>
    [Id(1)]
    public long? WakeAtMilliseconds { get; init; }

    /// <summary>The version that the snapshot stands for; 0 where there is none.</summary>
    [Id(2)]
    public long SnapshotVersion { get; init; }

    /// <summary>A short snapshot; null where there is none or it is in blobs of its own.</summary>
    [Id(3)]
    public byte[]? Snapshot { get; init; }

    /// <summary>The rows of a long snapshot, in order.</summary>
    [Id(4)]
    public ImmutableArray<string> SnapshotRows { get; init; } = [];

    /// <summary>The segments, oldest first. The last of them ends where <see cref="Tail"/> begins.</summary>
    [Id(5)]
    public ImmutableArray<SegmentName> Segments { get; init; } = [];

    /// <summary>The version of the first record in the tail.</summary>
    [Id(6)]
    public long TailFirst { get; init; } = 1;

    /// <summary>The newest records, in <see cref="Frames"/>.</summary>
    [Id(7)]
    public byte[] Tail { get; init; } = [];

    /// <summary>Records that are too long for a segment, oldest first.</summary>
    [Id(8)]
    public ImmutableArray<LongRecord> LongRecords { get; init; } = [];

    /// <summary>Rows that somebody is about to write; they are rubbish if that somebody is gone.</summary>
    [Id(9)]
    public ImmutableArray<string> Announced { get; init; } = [];

    /// <summary>Rows that nothing refers to any more, until they are known to be deleted.</summary>
    [Id(10)]
    public ImmutableArray<string> Discarded { get; init; } = [];
}

/// <summary>Which records a segment is asked for. The stored segment may hold later ones too.</summary>
/// <param name="First">Version of its first record; its name.</param>
/// <param name="Last">Version of the last record that counts.</param>
[GenerateSerializer]
[Alias("OrleansUploads.JournalSegmentName")]
public readonly record struct SegmentName([property: Id(0)] long First, [property: Id(1)] long Last);

/// <summary>A record that is too long for a segment.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Rows">Where it is, in order.</param>
[GenerateSerializer]
[Alias("OrleansUploads.JournalLongRecord")]
public readonly record struct LongRecord([property: Id(0)] long Version, [property: Id(1)] ImmutableArray<string> Rows);

/// <summary>A row beside the head: a segment, or a piece of a long snapshot or record.</summary>
[GenerateSerializer]
[Alias("OrleansUploads.JournalRow")]
public sealed record JournalRow
{
    /// <summary>The bytes.</summary>
    [Id(0)]
    public byte[] Content { get; init; } = [];
}
