using OrleansUploads.Client.Transfers;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Tests.Client;

public class PartPlanTests
{
    private const long MiB = TreeHash.LeafBytes;

    [Theory]
    [InlineData(1, MiB, 1)]
    [InlineData(MiB - 1, MiB, 1)]
    [InlineData(MiB, MiB, 1)]
    [InlineData(MiB + 1, MiB, 2)]
    [InlineData((10_000 * MiB) - 1, MiB, 10_000)]
    [InlineData(10_000 * MiB, MiB, 10_000)]
    [InlineData((10_000 * MiB) + 1, 2 * MiB, 5_001)]
    [InlineData(20_000 * MiB, 2 * MiB, 10_000)]
    [InlineData((20_000 * MiB) + 1, 4 * MiB, 5_001)]
    [InlineData(10_000 * 4096 * MiB, 4096 * MiB, 10_000)]
    public void The_smallest_part_size_is_chosen_that_needs_at_most_10000_parts(
        long sizeBytes, long partSizeBytes, int parts)
    {
        var plan = PartPlan.Smallest(sizeBytes);
        Assert.Equal(partSizeBytes, plan.PartSizeBytes);
        Assert.Equal(parts, plan.PartCount);
        AssertCovers(plan);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData((10_000 * 4096 * MiB) + 1)]
    public void An_archive_of_impossible_size_is_rejected(long sizeBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PartPlan.Smallest(sizeBytes));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, MiB - 1)]
    [InlineData(1, MiB + 1)]
    [InlineData(1, 3 * MiB)]
    [InlineData(1, 8192 * MiB)]
    [InlineData(0, MiB)]
    [InlineData((10_000 * MiB) + 1, MiB)]
    public void An_invalid_part_size_is_rejected(long sizeBytes, long partSizeBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PartPlan.Of(sizeBytes, partSizeBytes));

    [Fact]
    public void Too_small_parts_are_refused_with_the_size_that_is_large_enough()
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => PartPlan.Of((20_000 * MiB) + 1, MiB));

        Assert.StartsWith(
            "10000 parts of 1048576 bytes are fewer than the 20971520001 bytes of the archive. Use parts of at least 4194304 bytes.",
            refused.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Any_plan_covers_each_byte_exactly_once()
    {
        var random = new Random(20260517);
        for (var run = 0; run < 100; run++)
        {
            AssertCovers(PartPlan.Smallest(random.NextInt64(1, 100_000 * MiB)));
        }
    }

    private static void AssertCovers(PartPlan plan)
    {
        var expectedStart = 0L;
        for (var part = 0; part < plan.PartCount; part++)
        {
            var range = plan.RangeOf(part);
            var whole = range.LengthBytes == plan.PartSizeBytes;
            var shortLast = part == plan.PartCount - 1 && range.LengthBytes > 0 && range.LengthBytes < plan.PartSizeBytes;
            if (range.Start != expectedStart || !(whole || shortLast))
            {
                Assert.Fail($"Part {part} of {plan} has the range {range}, which should start at {expectedStart}.");
            }

            expectedStart = range.EndExclusive;
        }

        Assert.Equal(plan.SizeBytes, expectedStart);
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.RangeOf(plan.PartCount));
    }
}
