namespace OrleansUploads.Engine.Tests;

public sealed class BackgroundTaskTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromDays(365);

    /// <remarks>Without a context of the test runner, each timer starts the next one before the clock goes on.</remarks>
    [Fact]
    public Task A_pause_may_be_longer_than_a_timer_can_wait() => Task.Run(async () =>
    {
        var time = new ManualTime();
        using var stop = new CancellationTokenSource();
        var rounds = 0;
        var repeated = new BackgroundTask(Pause, Pause, Pause).RepeatAsync(
            _ => new(++rounds > 0), static fault => throw fault, time, stop.Token);
        time.Advance(Pause - TimeSpan.FromSeconds(1));
        Assert.Equal(0, rounds);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, rounds);
        await stop.CancelAsync();
        await repeated;
    });
}
