namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>How fast the parts of an upload arrive.</summary>
public sealed class TransferRateTests : UploadDriver
{
    private readonly DateTimeOffset _begin;
    private int _slot;

    public TransferRateTests()
    {
        Given(Initiate());
        _begin = Now;
    }

    private TransferRate? Rate => Ask(new MapParts(Some.Vault)).Parts.Rate;

    [Fact]
    public void It_is_not_known_before_the_first_part() => Assert.Null(Rate);

    [Fact]
    public void Parts_that_arrive_side_by_side_count_for_the_time_that_they_took()
    {
        Store(0, 4);
        Store(0, 4);
        Store(0, 4);
        Assert.Equal(new TransferRate(3 * MiB / 4, 4000), Rate);
    }

    [Fact]
    public void Parts_that_began_before_the_measured_time_do_not_count()
    {
        Store(0, 200);
        for (var second = 200; second < 260; second++)
        {
            Store(second, second + 1);
        }

        Assert.Equal(new TransferRate(MiB, 60_000), Rate);
    }

    [Fact]
    public void A_pause_long_ago_does_not_lower_it()
    {
        Store(0, 1);
        Store(100_000, 100_002);
        Assert.Equal(new TransferRate(MiB / 2, 2000), Rate);
    }

    [Fact]
    public void Long_parts_are_measured_over_several_of_them()
    {
        for (var part = 0; part < 4; part++)
        {
            Store(part * 100, (part + 1) * 100);
        }

        Assert.Equal(new TransferRate(MiB / 100, 400_000), Rate);
    }

    [Fact]
    public void Less_than_a_second_tells_nothing()
    {
        Store(0, 0.9);
        Assert.Null(Rate);
    }

    /// <summary>Whenever it is asked for, the connections carried at least this much.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_is_never_higher_than_what_the_connections_carry(int seed)
    {
        // Four connections share 1 MiB/s, so each part takes about four seconds.
        var random = new Random(seed);
        var free = new double[4];
        for (var part = 0; part < 200; part++)
        {
            var connection = Array.IndexOf(free, free.Min());
            var began = free[connection];
            free[connection] += 4 + random.NextDouble();
            Store(began, free[connection]);
            Assert.InRange(Rate!.BytesPerSecond, 0, MiB);
        }

        Assert.InRange(Rate!.BytesPerSecond, MiB * 7 / 10, MiB);
    }

    private void Store(double began, double stored)
    {
        Now = _begin.AddSeconds(stored);
        Ask(FullPart(_slot++) with { Attempt = Some.Attempt(_slot, _begin.AddSeconds(began)) });
    }
}
