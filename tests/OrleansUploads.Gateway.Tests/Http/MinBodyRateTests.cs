using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.Tests.Http;

public sealed class MinBodyRateTests
{
    private static readonly MinBodyRate Rate = new(TimeSpan.FromSeconds(10), 240, 16 * 1024);

    [Theory]
    [InlineData(0, 240)]
    [InlineData(0.5, 240)]
    [InlineData(0.75, 1983)]
    [InlineData(1, 16384)]
    public void The_minimum_rate_rises_as_slots_get_scarce(double scarcity, int expected) =>
        Assert.Equal(expected, (int)Math.Round(Rate.AtScarcity(scarcity)));

    [Fact]
    public void The_minimum_rate_does_not_rise_if_no_higher_rate_is_set() =>
        Assert.Equal(240, (Rate with { BytesPerSecondWhenScarce = 0 }).AtScarcity(1));
}
