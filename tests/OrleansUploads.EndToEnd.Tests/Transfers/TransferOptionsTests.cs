using OrleansUploads.Cli.Transfers;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>The size of the parts that the program chooses.</summary>
public sealed class TransferOptionsTests
{
    private const long MiB = Archives.MiB;

    [Theory]
    [InlineData(200 * MiB, null, 4, 16 * MiB)]
    [InlineData(200 * MiB, 1 * MiB, 4, 4 * MiB)]
    [InlineData(200 * MiB, 1 * MiB, 1, 16 * MiB)]
    [InlineData(200 * MiB, (1 * MiB) - 1, 4, 2 * MiB)]
    [InlineData(200 * MiB, 1024L, 64, 1 * MiB)]
    [InlineData(200 * MiB, 1024 * MiB, 4, 16 * MiB)]
    [InlineData(100_000 * MiB, 1 * MiB, 4, 16 * MiB)]
    [InlineData(1_000_000 * MiB, null, 4, 128 * MiB)]
    public void The_first_parts_of_all_workers_take_at_most_16_seconds_at_the_limit(
        long sizeBytes, long? bytesPerSecond, int workers, long expected) =>
        Assert.Equal(expected, TransferOptions.PartBytesFor(sizeBytes, bytesPerSecond, workers));
}
