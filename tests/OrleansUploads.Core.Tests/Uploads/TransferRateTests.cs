namespace OrleansUploads.Core.Tests.Uploads;

public sealed class TransferRateTests : UploadDriver
{
    private readonly DateTimeOffset _begin;
    private int _slot;

    public TransferRateTests()
    {
        Given(Initiate());
        _begin = Now;
    }

    private TransferRate? Rate => Ask(new MapParts(Some.Incarnation)).Parts.Rate;

    [Theory]
    [InlineData(null, 0)]
    [InlineData(null, 0, 0.0, 0.9)]

    // Parts that arrive side by side count for the time that they took.
    [InlineData(3 * MiB / 4, 4000, 0.0, 4.0, 0.0, 4.0, 0.0, 4.0)]

    // A pause long ago does not lower the rate.
    [InlineData(MiB / 2, 2000, 0.0, 1.0, 100_000.0, 100_002.0)]

    // Long parts are measured over several of them.
    [InlineData(MiB / 100, 400_000, 0.0, 100.0, 100.0, 200.0, 200.0, 300.0, 300.0, 400.0)]
    public void It_is_the_rate_of_the_newest_parts(long? bytesPerSecond, long milliseconds, params double[] beganAndStored)
    {
        foreach (var part in beganAndStored.Chunk(2))
        {
            Store(part[0], part[1]);
        }

        Assert.Equal(bytesPerSecond is { } rate ? new TransferRate(rate, milliseconds) : null, Rate);
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
