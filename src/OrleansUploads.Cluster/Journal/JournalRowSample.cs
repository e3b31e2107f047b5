namespace OrleansUploads.Cluster.Journal;

/// <summary>A head and a row in which every member has a value, to compare serializers.</summary>
internal static class JournalRowSample
{
    private static readonly byte[] AllBytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    /// <summary>The head.</summary>
    public static JournalHead Head { get; } = new()
    {
        Version = 9,
        WakeAtMilliseconds = 1_795_920_527_704,
        SnapshotVersion = 2,
        Snapshot = AllBytes,
        SnapshotRows = ["b0000000000000001-0", "b0000000000000001-1"],
        Segments = [new SegmentName(3, 4), new SegmentName(5, 7)],
        TailFirst = 8,
        Tail = AllBytes,
        LongRecords = [new LongRecord(6, ["b0000000000000002-0", "b0000000000000002-1"]), new LongRecord(9, ["b0000000000000003-0"])],
        Announced = ["b0000000000000004-0"],
        Discarded = ["s1", "b0000000000000005-0"],
    };

    /// <summary>The row.</summary>
    public static JournalRow Row { get; } = new() { Content = AllBytes };
}
