using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Cluster.Tests.Harness;
using OrleansUploads.Cluster.Tests.Storage;

namespace OrleansUploads.Cluster.Tests.Journal;

public sealed class JournalRowSerializerTests
{
    private static readonly IGrainStorageSerializer Default = DefaultSerializer.Instance;

    public static TheoryData<JournalHead> Heads { get; } = new(
        new JournalHead(),
        JournalRowSample.Head,
        JournalRowSample.Head with { Snapshot = null, WakeAtMilliseconds = null, Version = 8, LongRecords = [] },
        JournalRowSample.Head with { Tail = [], TailFirst = 10, Segments = [], Announced = [], Discarded = [] },
        JournalRowSample.Head with { Tail = new byte[40_000], WakeAtMilliseconds = 0, Snapshot = [] });

    [Theory]
    [MemberData(nameof(Heads))]
    public void Heads_are_written_as_the_default_serializer_of_the_providers_writes_them(JournalHead head)
    {
        var serializer = JournalRowSerializer.Over(Default);

        Assert.IsType<JournalRowSerializer>(serializer);
        Assert.Equal(Default.Serialize(head).ToString(), serializer.Serialize(head).ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(JournalRows.MaxRowBytes)]
    public void Rows_are_written_as_the_default_serializer_of_the_providers_writes_them(int length)
    {
        var row = new JournalRow { Content = new byte[length] };

        Assert.Equal(Default.Serialize(row).ToString(), JournalRowSerializer.Over(Default).Serialize(row).ToString());
    }

    [Fact]
    public void A_row_is_read_as_it_was_written()
    {
        var serializer = JournalRowSerializer.Over(Default);
        var head = JournalRowSample.Head;

        var read = serializer.Deserialize<JournalHead>(serializer.Serialize(head))!;

        Assert.Equal(head.Tail, read.Tail);
        Assert.Equal(head.Snapshot, read.Snapshot);
        Assert.Equal<SegmentName>(head.Segments, read.Segments);
        Assert.Equal(head.LongRecords.SelectMany(record => record.Rows), read.LongRecords.SelectMany(record => record.Rows));
        Assert.Equal(
            (head.Version, head.WakeAtMilliseconds, head.SnapshotVersion, head.TailFirst),
            (read.Version, read.WakeAtMilliseconds, read.SnapshotVersion, read.TailFirst));
    }

    [Fact]
    public void State_that_is_no_row_is_left_to_the_other_serializer() =>
        Assert.Equal(Default.Serialize("text").ToString(), JournalRowSerializer.Over(Default).Serialize("text").ToString());

    [Fact]
    public void A_serializer_with_another_format_is_not_replaced()
    {
        var other = new OtherFormat();

        Assert.Same(other, JournalRowSerializer.Over(other));
    }

    [Fact]
    public async Task A_silo_writes_its_rows_with_it()
    {
        await using var cluster = await ClusterBench.StartAsync(new DurableWorld());

        var serializer = cluster.Silos[0].ServiceProvider
            .GetRequiredKeyedService<IGrainStorageSerializer>(ClusterNames.GrainStorage);

        Assert.IsType<JournalRowSerializer>(serializer);
    }

    private sealed class OtherFormat : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => BinaryData.FromObjectAsJson(input);

        public T? Deserialize<T>(BinaryData input) => input.ToObjectFromJson<T>();
    }
}
