using System.Globalization;

namespace OrleansUploads.Cluster.Tests.Cluster;

public sealed class WriteSizeTests
{
    private const int Parts = 4_000;
    private const int SegmentBytes = 64 * 1024;

    [Fact, Campaign]
    public async Task Adding_one_part_to_four_thousand_writes_at_most_one_segment()
    {
        var world = new DurableWorld(serializer: DefaultSerializer.Instance);
        await using var cluster = await ClusterBench.StartAsync(world);
        await UploadOfManyParts.CreateVaultAsync(cluster.Client);
        var upload = new UploadOfManyParts(Parts, 1);
        await upload.OpenAsync(cluster.Client);
        const int Last = 300;

        // Not all at once: on a busy machine the last of thousands of calls would wait for longer than its patience.
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Parts - Last),
            new ParallelOptions { MaxDegreeOfParallelism = 256 },
            async (slot, _) => await ReportAsync(slot));

        var most = 0L;
        for (var slot = Parts - Last; slot < Parts; slot++)
        {
            var before = world.Rows.BytesWritten;
            await ReportAsync(slot);
            most = Math.Max(most, world.Rows.BytesWritten - before);
        }

        Assert.InRange(most, 1, SegmentBytes);
        Assert.InRange(world.Rows.LargestRowBytes, 1, SegmentBytes + 4096);
        Assert.Equal(Parts, (await upload.ListAsync(cluster.Client)).Count);

        async Task ReportAsync(int slot) => Assert.Null((await cluster.Client.AskWithRetriesAsync(
            upload.Entity, upload.Report(slot, slot.ToString(CultureInfo.InvariantCulture)))).Refusal);
    }

    [Fact]
    public async Task Each_of_a_hundred_parts_writes_a_short_row()
    {
        const int ShortRowBytes = 14 * 1024;
        var world = new DurableWorld(serializer: DefaultSerializer.Instance);
        await using var cluster = await ClusterBench.StartAsync(world);
        await UploadOfManyParts.CreateVaultAsync(cluster.Client);
        var upload = new UploadOfManyParts(100, 1);
        await upload.OpenAsync(cluster.Client);

        for (var slot = 0; slot < 100; slot++)
        {
            Assert.Null((await cluster.Client.AskWithRetriesAsync(
                upload.Entity, upload.Report(slot, slot.ToString(CultureInfo.InvariantCulture)))).Refusal);
        }

        Assert.InRange(world.Rows.LargestRowBytes, 1, ShortRowBytes);
        Assert.Equal(100, (await upload.ListAsync(cluster.Client)).Count);
    }
}
