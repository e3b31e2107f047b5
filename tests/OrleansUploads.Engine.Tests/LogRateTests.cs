namespace OrleansUploads.Engine.Tests;

public sealed class LogRateTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Messages_beyond_the_limit_are_counted_and_reported_with_the_next_window()
    {
        var rate = new LogRate(_time);

        Assert.All(Enumerable.Range(0, LogRate.MaxMessages), _ => Assert.Equal((true, 0L), Pass(rate)));
        Assert.Equal([(false, 0L), (false, 0L)], Enumerable.Range(0, 2).Select(_ => Pass(rate)));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal((false, 0L), Pass(rate));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((true, 3L), Pass(rate));
        Assert.All(Enumerable.Range(1, LogRate.MaxMessages - 1), _ => Assert.Equal((true, 0L), Pass(rate)));
        Assert.Equal((false, 0L), Pass(rate));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(12, " (12 earlier messages of this kind were not logged)")]
    public void A_message_says_how_many_were_not_logged_before_it_if_there_are_any(long count, string text) =>
        Assert.Equal(text, new SuppressedMessages(count).ToString());

    private static (bool Passed, long Suppressed) Pass(LogRate rate) => (rate.TryPass(out var suppressed), suppressed.Count);
}
