using OrleansUploads.Core.Service;

namespace OrleansUploads.Core.Tests.Service;

public sealed class ClockAgreementTests
{
    [Theory]
    [InlineData(1, true, 0)]
    [InlineData(3, true, 0, 5, -7)]
    [InlineData(3, true, 0, 5, 100_000)]
    [InlineData(3, true, 0, 5)]
    [InlineData(3, false, 0)]
    [InlineData(3, false, 0, 100_000, 100_001)]
    [InlineData(2, false, 0)]
    [InlineData(2, true, 0, 60)]
    [InlineData(2, false, 0, 61)]
    [InlineData(4, false, 0, 0)]
    [InlineData(4, false, 0, 0, 7_200, 7_200)]
    [InlineData(5, true, 0, 1, 2, 90_000, -90_000)]
    [Promise("cluster.md", "a silo's clock differs by more than a minute from the median of the active silos, or a majority of them cannot be asked")]
    public void A_clock_is_trusted_if_it_is_close_to_the_median_of_a_majority(int active, bool holds, params int[] secondsAhead) =>
        Assert.Equal(holds, ClockAgreement.Holds(active, [.. secondsAhead.Select(ahead => TimeSpan.FromSeconds(ahead))]));

    [Theory]
    [InlineData(1, false, 0)]
    [InlineData(2, false, 0, 901)]
    [InlineData(3, true, 0, 901, 2_000)]
    [InlineData(3, true, 0, -901, -902)]
    [InlineData(3, false, 0, 901, -901)]
    [InlineData(3, false, 0, 900, 901)]
    [InlineData(4, false, 0, 901, 901)]
    [InlineData(5, true, 0, 0, 901, 901, 901)]
    public void A_clock_is_outvoted_by_more_than_half_of_all_that_differ_in_one_direction(int active, bool isOutvoted, params int[] secondsAhead) =>
        Assert.Equal(isOutvoted, ClockAgreement.IsOutvoted(active, [.. secondsAhead.Select(ahead => TimeSpan.FromSeconds(ahead))]));
}
