using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Cluster.Tests.Journal;

public sealed class JournalRowSerializerTests
{
    /// <summary>The stored format of a head in which every member has a value. It is never changed, only extended.</summary>
    private const string Stored =
        """{"version":9,"wakeAtMilliseconds":1795920527704,"snapshotVersion":2,"snapshot":"AQID","snapshotRows":["b1-0","b1-1"]"""
        + ""","segments":[{"first":3,"last":4},{"first":5,"last":7}],"tailFirst":8,"tail":"BAU=","longRecords":[{"version":6,"rows":["b2-0"]}]"""
        + ""","announced":["b4-0"],"discarded":["s1"]}""";

    private static readonly JournalRowSerializer Serializer = new(DefaultSerializer.Instance);

    private static JournalHead Head => new()
    {
        Version = 9,
        WakeAtMilliseconds = 1_795_920_527_704,
        SnapshotVersion = 2,
        Snapshot = [1, 2, 3],
        SnapshotRows = ["b1-0", "b1-1"],
        Segments = [new SegmentName(3, 4), new SegmentName(5, 7)],
        TailFirst = 8,
        Tail = [4, 5],
        LongRecords = [new LongRecord(6, ["b2-0"])],
        Announced = ["b4-0"],
        Discarded = ["s1"],
    };

    [Fact]
    public void A_head_has_the_stored_format()
    {
        Assert.Equal(Stored, Serializer.Serialize(Head).ToString());
        Assert.Equal(Stored, Serializer.Serialize(Serializer.Deserialize<JournalHead>(BinaryData.FromString(Stored))).ToString());
    }

    [Fact]
    public void A_new_head_and_a_row_are_read_as_they_were_written()
    {
        var head = Serializer.Deserialize<JournalHead>(Serializer.Serialize(new JournalHead()))!;
        Assert.Equal(Serializer.Serialize(new JournalHead()).ToString(), Serializer.Serialize(head).ToString());
        Assert.Empty(head.Segments);

        var row = new JournalRow { Content = new byte[JournalRows.MaxRowBytes] };
        Assert.Equal(row.Content, Serializer.Deserialize<JournalRow>(Serializer.Serialize(row))!.Content);
    }

    [Fact]
    public void State_that_is_no_row_is_left_to_the_other_serializer() =>
        Assert.Equal(DefaultSerializer.Instance.Serialize("text").ToString(), Serializer.Serialize("text").ToString());

    [Fact]
    public async Task A_silo_writes_its_rows_with_it()
    {
        await using var cluster = await ClusterBench.StartAsync(new DurableWorld());

        var serializer = cluster.Silos[0].ServiceProvider
            .GetRequiredKeyedService<IGrainStorageSerializer>(ClusterNames.GrainStorage);

        Assert.IsType<JournalRowSerializer>(serializer);
    }
}
